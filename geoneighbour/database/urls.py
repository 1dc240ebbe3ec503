"""libpq connection URLs, which psql, QGIS and ogr2ogr take too."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict


def libpq_url(*, dbname: str = "", user: str = "", password: str = "", **parameters: str) -> str:
    """A ``postgresql://`` URL; `host` may be the folder of a socket."""
    login = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
    place = ""
    if (host := parameters.get("host", "")) and not set(host) & set("/,:"):
        place = parameters.pop("host") + (f":{parameters.pop('port')}" if "port" in parameters else "")
    query = f"?{urlencode(parameters, quote_via=quote)}" if parameters else ""
    return f"postgresql://{login}{'@' if login else ''}{place}/{quote(dbname, safe='')}{query}"


def changed(url: str, **parameters: str) -> str:
    """The same URL with other parameters (dbname, user, password, ...)."""
    given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    return libpq_url(**{**given, **parameters})


def with_option(url: str, option: str) -> str:
    """The same URL with one more setting for the server, like ``-c search_path=jobs``."""
    given = conninfo_to_dict(url).get("options")
    return changed(url, options=f"{given} {option}" if given else option)
