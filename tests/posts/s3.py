"""A small S3: one bucket, addressed by path, which answers only to requests that are signed (Signature Version 4)."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from tests.browser.site import Silent

KEY, SECRET, REGION, BUCKET = "AKTEST", "a secret of the bucket's", "fr-par", "photos"
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/s3/aws4_request, ?"
    r"SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass
class Bucket:
    """Its files and when they were written; `refused` counts unsigned requests; `away` makes it answer 503."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    written: dict[str, datetime] = field(default_factory=dict)
    refused: int = 0
    away: bool = False

    def age(self, hours: int) -> None:
        self.written = {name: at - timedelta(hours=hours) for name, at in self.written.items()}

    @Request.application
    def __call__(self, request: Request) -> Response:
        if self.away:
            return Response(status=503)
        if not signed(request):
            self.refused += 1
            return Response(status=403)
        name = unquote(request.path).removeprefix(f"/{BUCKET}").lstrip("/")
        if request.method == "GET" and not name:
            return Response(self._listed(), mimetype="application/xml")
        if request.method == "PUT":
            self.files[name], self.written[name] = request.get_data(), datetime.now(UTC)
            return Response(headers={"ETag": '"1"'})
        if request.method == "DELETE":
            self.files.pop(name, None)
            return Response(status=204)
        if name not in self.files:
            return Response("<Error><Code>NoSuchKey</Code></Error>", status=404)
        when = self.written[name].strftime("%a, %d %b %Y %H:%M:%S GMT")
        return Response(self.files[name], headers={"ETag": '"1"', "Last-Modified": when})

    def _listed(self) -> str:
        rows = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{self.written[name]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
            f'<ETag>"1"</ETag><Size>{len(data)}</Size></Contents>'
            for name, data in sorted(self.files.items())
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{rows}</ListBucketResult>"


def signed(request: Request) -> bool:
    """Recomputes the signature from what arrived: method, path, query, the headers it names, the body's hash."""
    found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
    if not found or (found["key"], found["region"]) != (KEY, REGION):
        return False
    body = request.headers.get("x-amz-content-sha256", "")
    if body not in (hashlib.sha256(request.get_data()).hexdigest(), "UNSIGNED-PAYLOAD"):
        return False
    parts = urlsplit(request.environ["REQUEST_URI"])
    query = "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True))
    )
    names = found["headers"].split(";")
    headers = "".join(f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in names)
    canonical = "\n".join([request.method, parts.path, query, headers, found["headers"], body])
    moment, scope = request.headers["x-amz-date"], f"{found['day']}/{REGION}/s3/aws4_request"
    to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET}".encode()
    for step in (found["day"], REGION, "s3", "aws4_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    return hmac.compare_digest(hmac.digest(key, to_sign.encode(), "sha256").hex(), found["signature"])


@contextmanager
def serving() -> Iterator[Bucket]:
    bucket = Bucket()
    server = make_server("127.0.0.1", 0, bucket, threaded=True, request_handler=Silent)
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
