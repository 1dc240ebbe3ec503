"""/moderation: what was reported and is mine to look after, one case with its context, a second person's word, appeals."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from geoneighbour.database.http import db
from geoneighbour.errors import InvalidInput
from geoneighbour.members.http import current_member
from geoneighbour.moderation import queries, service
from geoneighbour.moderation.models import LONGEST_WORDS
from geoneighbour.web.pages.blueprint import pages
from geoneighbour.web.pages.forms import Refusal, attempt, typed
from geoneighbour.web.problems import status_of

REASONS = {
    "abuse": lazy_gettext("Insulte, menace ou haine"),
    "scam": lazy_gettext("Arnaque ou publicité"),
    "privacy": lazy_gettext("La vie privée de quelqu’un"),
    "illegal": lazy_gettext("Illégal ou dangereux"),
    "not_a_neighbour": lazy_gettext("Cette personne n’habite pas ici"),
    "other": lazy_gettext("Autre chose"),
}
THINGS = {
    "post": lazy_gettext("Publication"),
    "photo": lazy_gettext("Photo"),
    "message": lazy_gettext("Message privé"),
    "member": lazy_gettext("Profil"),
    "neighbourhood": lazy_gettext("Quartier"),
}
MEASURES = {
    "hide": lazy_gettext("Masquer"),
    "show": lazy_gettext("Montrer de nouveau"),
    "warn": lazy_gettext("Avertir"),
    "suspend": lazy_gettext("Suspendre"),
    "lift": lazy_gettext("Lever la suspension"),
    "dismiss": lazy_gettext("Classer sans suite"),
}
MEANS = {
    "hide": lazy_gettext("Son auteur le lit encore, avec votre raison. Personne d’autre."),
    "show": lazy_gettext("Comme avant."),
    "warn": lazy_gettext("La personne lit votre raison sur son accueil."),
    "suspend": lazy_gettext("Elle ne lit ni n’écrit plus rien, et personne ne la voit."),
    "lift": lazy_gettext("Elle lit et écrit de nouveau."),
    "dismiss": lazy_gettext("Rien ne change. La personne n’en sait rien."),
}
DONE = {
    "hide": lazy_gettext("Masqué"),
    "show": lazy_gettext("Montré de nouveau"),
    "warn": lazy_gettext("Avertissement"),
    "suspend": lazy_gettext("Suspension"),
    "lift": lazy_gettext("Suspension levée"),
    "dismiss": lazy_gettext("Classé sans suite"),
}
DAYS = (1, 3, 7, 30)


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        REPORT_REASONS=REASONS, REPORTED=THINGS, MEASURES=MEASURES, MEASURE_MEANS=MEANS, MEASURE_DONE=DONE
    )


@pages.get("/moderation")
def moderation() -> str:
    rows = queries.cases(db(), current_member().id)
    return render_template(
        "moderation/queue.html",
        to_do=[row for row in rows if queries.to_do(row)],
        done=[row for row in reversed(rows) if not queries.to_do(row)],
    )


@pages.get("/moderation/<int:case_id>")
def case(case_id: int) -> str:
    return _page(case_id, None)


@pages.post("/moderation/<int:case_id>")
def act(case_id: int) -> Response | tuple[str, int]:
    member_id, days = current_member().id, request.form.get("days", type=int)

    def decide() -> str:
        done = service.act(db(), member_id, case_id, typed("kind"), typed("why"), days)
        if done.needs_second:
            return gettext(
                "C’est noté, et rien ne change encore : il faut qu’une deuxième personne confirme."
            )
        return gettext("C’est fait, et noté.")

    return _after(case_id, decide)


@pages.post("/moderation/<int:case_id>/actes/<int:act_id>/confirmer")
def second_act(case_id: int, act_id: int) -> Response | tuple[str, int]:
    member_id, agreed = current_member().id, _yes_or_no()

    def decide() -> str:
        service.second(db(), member_id, act_id, agreed, typed("why"))
        return gettext("C’est décidé à deux.")

    return _after(case_id, decide)


@pages.post("/moderation/<int:case_id>/actes/<int:act_id>/appel")
def decide_appeal(case_id: int, act_id: int) -> Response | tuple[str, int]:
    member_id, granted = current_member().id, _yes_or_no()

    def decide() -> str:
        service.decide_appeal(db(), member_id, act_id, granted, typed("why"))
        return gettext("La personne lit votre réponse.")

    return _after(case_id, decide)


def _yes_or_no() -> bool:
    if typed("answer") not in ("yes", "no"):
        raise InvalidInput("Répondez par oui ou par non.", field="answer")
    return typed("answer") == "yes"


def _after(case_id: int, decide: Callable[[], str]) -> Response | tuple[str, int]:
    """`decide` does it and says what to tell."""
    told: list[str] = []
    if refusal := attempt(lambda: told.append(decide())):
        return _page(case_id, refusal), status_of(refusal)
    flash(told[0], "done")
    return redirect(url_for("pages.moderation"))


def _page(case_id: int, refusal: Refusal | None) -> str:
    member = current_member()
    row = queries.case(db(), member.id, case_id)
    acts = queries.acts(db(), case_id)
    return render_template(
        "moderation/case.html",
        member=member,
        case=row,
        reports=queries.reports(db(), case_id),
        acts=acts,
        mine={act.id for act in acts if queries.had_a_hand_in(db(), member.id, act.id)},
        choices=service.choices(db(), member.id, case_id),
        days=DAYS,
        refusal=refusal,
        typed=request.form,
        longest=LONGEST_WORDS,
    )
