"""Who may call what: one table, deny by default. An endpoint that is missing here is closed to all, and fails a test.

Services check again what depends on the thing itself (whose post, which neighbourhood); the rule decides who sees it.
"""

from __future__ import annotations

from enum import IntEnum

from flask import Flask, request
from flask_security import current_user

from geoneighbour.database.http import db
from geoneighbour.errors import Forbidden, LoginNeeded, NotVerified, Suspended, VisitOver
from geoneighbour.members import service as members
from geoneighbour.moderation import queries as moderation


class Standing(IntEnum):
    """What somebody is to the service; each may do what those before may."""

    ANYBODY = 0
    SUSPENDED = 1
    """Logged in, though moderation suspended them: their own data, the reasons, an appeal."""
    ACCOUNT = 2
    """Logged in, even where the 48 hours of a visit are over."""
    VISITOR = 3
    """Not verified, within 48 hours of the sign-up or of moving house."""
    MEMBER = 4
    """Verified."""


POLICY = {
    Standing.ANYBODY: """
        _vendored colours language openapi.spec static tiles.tile geocoder.geocode
        communes.neighbours communes.one communes.search
        nearness.place neighbourhoods.listed neighbourhoods.one changes.outlines
        pages.offers pages.offer pages.compare_offers pages.visit_offer pages.offer_photo pages.small_offer_photo
        affiliation.report
        offers.categories offers.listed offers.one offers.push offers.serving_place offer_tiles.tile offer_tiles.tilejson
        pages.start pages.invitation pages.refuse_invitations pages.commune pages.commune_picture pages.places pages.privacy
        pages.neighbourhood pages.neighbourhood_picture pages.photo pages.small_photo
        official.take pages.alert_cap pages.alerts_feed pages.leave_alerts pages.really_leave_alerts
        pages.shop
        pages.fonts pages.manifest pages.offline pages.service_worker
        security.confirm_email security.forgot_password security.login security.logout security.register security.reset_password security.send_confirmation security.static
        openid.begin openid.finish
        security.tf_select security.wan_signin security.wan_signin_response
    """,
    Standing.SUSPENDED: """
        mydata.leave mydata.take moderation.decisions
        nearness.me members.notices members.read_notice
        pages.account pages.delete_account pages.own_data pages.read_notice pages.decisions pages.appeal
        pages.access pages.close_session pages.close_sessions
        pages.forget_phone pages.forget_browsers pushes.unsubscribe
        openid.unlink
        security.change_password security.verify security.wan_delete security.wan_register security.wan_register_response security.wan_verify security.wan_verify_response
    """,
    Standing.ACCOUNT: """
        accounts.move members.decide members.unblock
        pages.address pages.search_address pages.write_address pages.moving pages.search_home pages.move_house
        neighbourhoods.leave neighbourhoods.withdraw pages.leave pages.withdraw
        pages.decide pages.introduce pages.unblock pages.verification
        pages.moderation pages.case pages.act pages.second_act pages.decide_appeal
        verification.ask verification.compare verification.enter verification.ways pages.ask_letter pages.enter_letter_code pages.look_at_connection
        vouching.ask vouching.asking pages.ask_neighbours
        verifications.own_document verifications.send verifications.withdraw pages.send_proof pages.withdraw_proof
        offers.near_me offers.serving_me
        pages.partner pages.partner_statement
        verifications.accept verifications.file verifications.one verifications.queue verifications.refuse
        pages.decide_verification pages.one_verification pages.proof_file pages.verifications
    """,
    Standing.VISITOR: """
        nearness.contacts nearness.my_map nearness.profile
        neighbourhoods.coached neighbourhoods.join neighbourhoods.suggested neighbourhoods.support
        changes.listed changes.one changes.who
        members.block moderation.report pages.report pages.send_report
        posts.reach posts.feed posts.one posts.reply posts.thread posts.threads posts.add_message posts.write_to
        pages.home pages.contacts pages.profile pages.write_to pages.block
        pages.neighbourhoods pages.new_neighbourhood pages.join pages.support
        pages.change pages.new_post
        pages.one_post pages.reply pages.conversation pages.conversations pages.say
        alerts.kinds alerts.listed alerts.one pages.alert pages.alerts pages.new_alert
    """,
    Standing.MEMBER: """
        neighbourhoods.propose
        changes.accept changes.answer changes.give_voice changes.name changes.propose changes.refuse changes.remark changes.step_down
        changes.take_back_voice changes.tell changes.withdraw
        inviting.invite inviting.mine inviting.revoke inviting.write
        pages.posters pages.print_posters pages.invite pages.make_invitation pages.send_invitations pages.revoke_invitation
        pages.phone pages.ask_phone_code pages.confirm_phone pushes.subscribe live.where
        watching.watches watching.watch watching.unwatch
        alerts.add_word alerts.approve alerts.correct alerts.preview alerts.refuse alerts.similar alerts.stop alerts.waiting alerts.write
        chosen.choose chosen.mine chosen.mute
        pages.add_alert_word pages.alert_settings pages.alerts_to_approve pages.correct_alert pages.decide_alert pages.mute_alerts pages.send_alert
        pages.set_alerts pages.stop_alert
        posts.write posts.close photos.add_photos photos.describe_photo photos.remove_photo
        pages.accept_change pages.answer_moderator pages.discuss pages.give_voice pages.moderate pages.name_moderator pages.propose_change pages.redraw
        pages.refuse_change pages.send_change pages.step_down pages.tell_story pages.withdraw_change
        vouching.vouch vouching.who_asks pages.vouch pages.vouching pages.vouching_page
        pages.watches pages.watch pages.unwatch pages.suggest_offer pages.send_offer_suggestion pages.answer_suggestion
        pages.shops pages.new_shop pages.register_shop pages.edit_shop pages.change_shop pages.close_shop pages.report_shop
        pages.publish_deal pages.withdraw_deal pages.ambassador pages.visit_shop
        pages.send_post pages.close_post pages.add_photos pages.describe_photo pages.remove_photo
    """,
}
NEEDED = {endpoint: standing for standing, endpoints in POLICY.items() for endpoint in endpoints.split()}

ROLES = {
    "moderator commune_agent operator": """
        pages.moderation pages.case pages.act pages.second_act pages.decide_appeal
        alerts.approve alerts.refuse alerts.waiting pages.alerts_to_approve pages.decide_alert
    """,
    "ambassador operator": """
        pages.ambassador pages.visit_shop pages.answer_suggestion
    """,
    "commune_agent operator": """
        verifications.accept verifications.file verifications.one verifications.queue verifications.refuse
        pages.decide_verification pages.one_verification pages.proof_file pages.verifications
    """,
}
"""Beside the standing: which roles, one of which an endpoint takes."""
TAKES = {
    endpoint: frozenset(roles.split()) for roles, endpoints in ROLES.items() for endpoint in endpoints.split()
}


def init_app(app: Flask) -> None:
    app.before_request(_decide)


def standing() -> Standing:
    """Of who asks."""
    if not current_user.is_authenticated:
        return Standing.ANYBODY
    if current_user.member.suspended:
        return Standing.SUSPENDED
    if current_user.member.verified_at is not None:
        return Standing.MEMBER
    return Standing.VISITOR if members.visiting(db(), current_user.member_id) else Standing.ACCOUNT


def has_role_for(endpoint: str) -> bool:
    """Whether who is logged in has one of the roles that an endpoint takes; operators have all."""
    taken = TAKES.get(endpoint)
    return taken is None or bool((taken | {"operator"}) & moderation.duties(db(), current_user.member_id))


def _decide() -> None:
    if request.endpoint is None:
        return
    if request.endpoint not in NEEDED:
        raise Forbidden
    needed = NEEDED[request.endpoint]
    if needed == Standing.ANYBODY:
        return
    found = standing()
    if found >= needed:
        if not has_role_for(request.endpoint):
            raise Forbidden
        return
    if found == Standing.ANYBODY:
        raise LoginNeeded
    if found == Standing.SUSPENDED:
        raise Suspended
    raise VisitOver if needed == Standing.VISITOR else NotVerified
