"""/compte/telephone: where alerts reach a member besides their mail: a telephone, confirmed by a code, and this browser."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from geoneighbour.accounts import limits
from geoneighbour.alerts import phone_codes, phones, pushes
from geoneighbour.alerts.phones import Outcome
from geoneighbour.channels.push import Push
from geoneighbour.database.http import db
from geoneighbour.errors import Conflict
from geoneighbour.members.http import current_member, sealer
from geoneighbour.neighbourhoods.models import Residence
from geoneighbour.settings import Settings
from geoneighbour.verification.codes import Keys
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, typed
from geoneighbour.web.problems import status_of


@pages.get("/compte/telephone")
def phone() -> str:
    return _page(None)


@pages.post("/compte/telephone")
def ask_phone_code() -> Response | tuple[str, int]:
    """A code by SMS to the number that was typed."""
    settings, member_id = _settings(), current_member().id

    def ask() -> None:
        if settings.sms_url is None:
            raise Conflict("Aucun SMS ne part d'ici pour l'instant.")
        number = phones.read(settings, typed("number"))
        limits.take("pages.ask_phone_code")
        _queue(settings, member_id, phones.ask(db(), sealer(), Keys(settings), member_id, number))

    refusal = attempt(ask)
    if refusal:
        return _page(refusal), status_of(refusal)
    flash(gettext("Un code part par SMS : il sert 15 minutes."), "done")
    return redirect(url_for("pages.phone", _anchor="sms"))


@pages.post("/compte/telephone/code")
def confirm_phone() -> Response:
    outcome = phones.confirm(db(), sealer(), Keys(_settings()), current_member().id, typed("code"))
    words = {
        Outcome.RIGHT: gettext("Votre numéro est confirmé : les alertes urgentes peuvent y arriver."),
        Outcome.WRONG: gettext("Ce n’est pas ce code : recommencez."),
        Outcome.OVER: gettext("Ce code ne sert plus : demandez-en un autre."),
    }
    flash(words[outcome], "done" if outcome is Outcome.RIGHT else "error")
    return redirect(url_for("pages.phone", _anchor="sms"))


@pages.post("/compte/telephone/oublier")
def forget_phone() -> Response:
    phones.forget(db(), current_member().id)
    flash(gettext("Votre numéro est effacé."), "done")
    return redirect(url_for("pages.phone", _anchor="sms"))


@pages.post("/compte/telephone/navigateurs/oublier")
def forget_browsers() -> Response:
    """All of them: none gets a notification any more."""
    pushes.forget_all(db(), current_member().id)
    flash(gettext("Aucun appareil ne reçoit plus de notification."), "done")
    return redirect(url_for("pages.phone", _anchor="notifications"))


def _page(refusal: Refusal | None) -> str:
    settings, member_id = _settings(), current_member().id
    mine = phones.of(db(), sealer(), member_id)
    return render_template(
        "alerts/phone.html",
        offered=settings.sms_url is not None,
        mine=mine,
        shown=phones.shown(mine.number) if mine else "",
        number=request.form.get("number", ""),
        browsers=pushes.count(db(), member_id),
        push_key=Push(settings).public_key,
        refusal=refusal,
    )


def _queue(settings: Settings, member_id: int, code: str) -> None:
    """The commune pays for it, as for all SMS to its residents."""
    text = gettext(
        "%(code)s est votre code %(site)s. Il sert 15 minutes.", code=code, site=settings.site_name
    )
    home = db().get(Residence, member_id)
    phone_codes.queue(db(), sealer(), settings, member_id, text, home.commune_id if home else None)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
