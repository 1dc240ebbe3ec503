"""What is expected of every endpoint, from everybody, about things of everybody: the table that test_policy reads.

A line says who it takes at least, about which thing, and of which owners' things it answers: by how near the owner is to who asks.
What a line does not let in answers as if it were not there (404), unless it says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field

TIERS = ("self", "neighbour", "wider", "commune", "adjacent_commune", "beyond")
EVERYWHERE = " ".join(TIERS)

LEAST = {
    "anonymous": 0,
    "suspended": 1,
    "visit over": 2,
    "visitor": 3,
    **dict.fromkeys(
        (
            "member",
            "ambassador",
            "association",
            "shop",
            "partner",
            "moderator",
            "commune_agent",
            "landlord_agent",
            "analyst",
            "operator",
        ),
        4,
    ),
}
"""Everybody who asks, all of Le Sillon in commune A, and how far each has come."""
REFUSED = {1: "suspended", 2: "unverified or visit", 3: "unverified"}
MODERATING = "moderator commune_agent operator"
REVIEWING = "commune_agent operator"


@dataclass(frozen=True)
class Line:
    least: str
    endpoints: str
    thing: str = ""
    of: str = EVERYWHERE
    """Owners whose thing is answered about."""
    else_of: dict[str, str] = field(default_factory=dict)
    """The same for somebody in particular."""
    roles: str = ""
    """One of these is needed beside the standing."""
    refused: str = "none"
    """What others meet: none (404), forbidden (403), in (no error)."""
    apart: str = ""
    """Owners of whose things one is told plainly that this is not for oneself (403)."""


def line(least: str, endpoints: str, thing: str = "", of: str = EVERYWHERE, **more: object) -> Line:
    return Line(least, endpoints, thing, of, **more)  # type: ignore[arg-type]


WIDE = "self neighbour wider"
HERE = "self neighbour"
READ = {"visitor": HERE}
TABLE = [
    # Anybody, logged in or not.
    line(
        "anonymous",
        "colours language openapi.spec tiles.tile offer_tiles.tile offer_tiles.tilejson geocoder.geocode",
    ),
    line("anonymous", "communes.neighbours communes.one pages.commune pages.commune_picture"),
    line(
        "anonymous",
        "communes.search nearness.place neighbourhoods.listed pages.start pages.places pages.privacy",
    ),
    line("anonymous", "pages.fonts pages.manifest pages.offline pages.service_worker"),
    line(
        "anonymous",
        "security.login security.logout security.register security.forgot_password security.send_confirmation",
    ),
    line(
        "anonymous",
        "security.confirm_email security.reset_password security.tf_select security.wan_signin security.wan_signin_response",
    ),
    line(
        "anonymous",
        "neighbourhoods.one changes.outlines pages.neighbourhood pages.neighbourhood_picture",
        "neighbourhood",
    ),
    # Files and invitations that are not there, a provider that is not set.
    line("anonymous", "_vendored static security.static pages.invitation pages.refuse_invitations", of=""),
    line("anonymous", "pages.leave_alerts pages.really_leave_alerts", of=""),
    # Authorities' alerts for machines: a commune's feed, none of what members wrote. Their systems have a key.
    line("anonymous", "pages.alerts_feed"),
    line("anonymous", "pages.alert_cap", "alert", of=""),
    line("anonymous", "official.take", of="", refused="login"),
    # Offers of partners are everybody's, what serves a home is its owner's alone. Partners' systems have a key; there is no offer 1 here.
    line(
        "anonymous", "offers.categories offers.listed offers.serving_place pages.offers pages.compare_offers"
    ),
    line(
        "anonymous",
        "offers.one pages.offer pages.visit_offer pages.offer_photo pages.small_offer_photo",
        of="",
    ),
    line("anonymous", "offers.push affiliation.report", of="", refused="login"),
    line("visit over", "offers.near_me offers.serving_me"),
    # A partner's own page: of none that is there.
    line("visit over", "pages.partner pages.partner_statement", of=""),
    # Shops: none is there. Ambassadors are of communes in which none stands.
    line("anonymous", "pages.shop", of=""),
    line("member", "pages.shops pages.new_shop pages.register_shop"),
    line(
        "member",
        "pages.edit_shop pages.change_shop pages.close_shop pages.publish_deal pages.withdraw_deal pages.report_shop",
        of="",
    ),
    line("member", "pages.ambassador", roles="ambassador operator"),
    line("member", "pages.visit_shop pages.answer_suggestion", of="", roles="ambassador operator"),
    line("anonymous", "openid.begin", of=""),
    line("anonymous", "openid.finish"),
    line("suspended", "openid.unlink", of=""),
    # A photo comes along with its post; logged out, with none. Who moderates opens those of a case.
    line(
        "anonymous",
        "pages.photo pages.small_photo",
        "photo",
        WIDE,
        else_of={
            "anonymous": "",
            "suspended": "",
            "visit over": "self",
            "visitor": HERE,
            "commune_agent": "self neighbour wider commune",
            "operator": EVERYWHERE,
        },
    ),
    # One's own, even while suspended.
    line("suspended", "pages.account pages.own_data mydata.take nearness.me members.notices pages.access"),
    line(
        "suspended",
        "mydata.leave pages.delete_account pages.decisions moderation.decisions pages.close_sessions",
    ),
    line("suspended", "security.change_password security.verify security.wan_delete"),
    line(
        "suspended",
        "security.wan_register security.wan_register_response security.wan_verify security.wan_verify_response",
    ),
    line("suspended", "pages.forget_phone pages.forget_browsers pushes.unsubscribe"),
    line("suspended", "pages.read_notice members.read_notice", "notice", "self"),
    line("suspended", "pages.appeal", "decision", "self"),
    line("suspended", "pages.close_session", "session", "self"),
    # One's own, even where the visit is over.
    line("visit over", "accounts.move members.decide pages.decide pages.introduce pages.verification"),
    line(
        "visit over",
        "pages.address pages.moving pages.move_house pages.write_address pages.search_address pages.search_home",
    ),
    line("visit over", "neighbourhoods.leave neighbourhoods.withdraw pages.leave pages.withdraw"),
    line("visit over", "members.unblock pages.unblock", "member"),
    line("visit over", "verification.ask verification.enter verification.ways"),
    line(
        "visit over",
        "pages.ask_letter pages.enter_letter_code vouching.ask vouching.asking pages.ask_neighbours",
    ),
    line(
        "visit over",
        "verifications.own_document verifications.send verifications.withdraw pages.send_proof pages.withdraw_proof",
    ),
    # A way that is closed, as nobody set it.
    line("visit over", "verification.compare pages.look_at_connection", of="", refused="forbidden"),
    # Reading and answering: visitors too, in their neighbourhood.
    line(
        "visitor",
        "nearness.contacts nearness.my_map posts.reach posts.feed posts.threads pages.home pages.contacts",
    ),
    line("visitor", "pages.conversations pages.neighbourhoods pages.new_neighbourhood pages.new_post"),
    line("visitor", "neighbourhoods.coached neighbourhoods.suggested"),
    line("visitor", "posts.one pages.one_post posts.reply pages.reply", "post", WIDE, else_of=READ),
    line("visitor", "moderation.report pages.report pages.send_report", "post to report", WIDE, else_of=READ),
    line("visitor", "posts.thread posts.add_message pages.conversation pages.say", "thread", "self"),
    line("visitor", "nearness.profile pages.profile members.block pages.block", "member", WIDE, else_of=READ),
    line(
        "visitor",
        "posts.write_to pages.write_to",
        "member",
        "neighbour wider",
        else_of={"visitor": "neighbour"},
    ),
    line(
        "visitor",
        "neighbourhoods.join neighbourhoods.support pages.join pages.support",
        "neighbourhood",
        EVERYWHERE,
    ),
    line("visitor", "changes.listed changes.who", "neighbourhood"),
    line("visitor", "changes.one pages.change", "change", HERE, else_of={"visitor": ""}),
    # Alerts: read as posts are; a second person lets the large ones go, and may stop any.
    line("visitor", "alerts.kinds alerts.listed pages.alerts pages.new_alert"),
    line("visitor", "alerts.one pages.alert", "alert", WIDE, else_of=READ),
    line("member", "alerts.preview alerts.similar alerts.write pages.send_alert"),
    line("member", "chosen.choose chosen.mine chosen.mute"),
    line("member", "pages.alert_settings pages.mute_alerts pages.set_alerts"),
    line(
        "member", "alerts.add_word alerts.correct pages.add_alert_word pages.correct_alert", "alert", "self"
    ),
    line(
        "member",
        "alerts.stop pages.stop_alert",
        "alert",
        "self",
        else_of={
            "moderator": HERE,
            "commune_agent": "self neighbour wider commune",
            "operator": EVERYWHERE,
        },
    ),
    line("member", "alerts.waiting pages.alerts_to_approve", roles=MODERATING),
    line(
        "member",
        "alerts.approve alerts.refuse pages.decide_alert",
        "waiting alert",
        "neighbour",
        roles=MODERATING,
        else_of={"commune_agent": "neighbour wider commune", "operator": EVERYWHERE.removeprefix("self ")},
    ),
    # Writing: verified members.
    line("member", "neighbourhoods.propose posts.write pages.send_post pages.vouching_page"),
    line(
        "member",
        "inviting.mine inviting.invite inviting.write pages.invite pages.make_invitation pages.send_invitations",
    ),
    line("member", "inviting.revoke pages.revoke_invitation", "invitation", "self"),
    line("member", "posts.close pages.close_post", "post", "self"),
    line("member", "pages.phone pages.ask_phone_code pages.confirm_phone pushes.subscribe live.where"),
    line("member", "watching.watches watching.watch pages.watches pages.watch"),
    line("member", "pages.suggest_offer pages.send_offer_suggestion"),
    line("member", "watching.unwatch pages.unwatch", "watch", "self"),
    line(
        "member",
        "photos.describe_photo photos.remove_photo pages.describe_photo pages.remove_photo",
        "post",
        "self",
    ),
    # Nothing is looked at without a picture; the page comes back with that.
    line("member", "photos.add_photos"),
    line("member", "pages.add_photos", "post", WIDE),
    line("member", "pages.posters pages.print_posters", "neighbourhood", HERE),
    line(
        "member",
        "vouching.who_asks vouching.vouch pages.vouch",
        "vouching code",
        "",
        refused="forbidden",
    ),
    line("member", "pages.vouching", "vouching code"),
    line("member", "changes.remark pages.discuss", "change", HERE),
    line("member", "changes.withdraw pages.withdraw_change", "change", "", apart=HERE),
    line(
        "member",
        "changes.accept changes.refuse pages.accept_change pages.refuse_change",
        "change",
        "",
        apart=HERE,
        else_of={"moderator": HERE},
    ),
    line(
        "member",
        "changes.propose pages.propose_change pages.send_change pages.redraw",
        "neighbourhood",
        HERE,
        refused="forbidden",
    ),
    line("member", "pages.moderate", "neighbourhood", HERE, refused="forbidden"),
    line("member", "changes.step_down pages.step_down", "neighbourhood"),
    line(
        "member",
        "changes.name changes.answer pages.name_moderator pages.answer_moderator",
        "neighbourhood",
        HERE,
        refused="forbidden",
    ),
    line("member", "changes.give_voice pages.give_voice", "candidate", HERE, refused="forbidden"),
    line("member", "changes.take_back_voice", "candidate"),
    line(
        "member",
        "changes.tell pages.tell_story",
        "neighbourhood",
        "",
        else_of={"moderator": HERE},
        refused="forbidden",
    ),
    # Duties.
    line("visit over", "pages.moderation", roles=MODERATING),
    line(
        "visit over",
        "pages.case pages.act pages.second_act pages.decide_appeal",
        "case",
        "neighbour",
        roles=MODERATING,
        else_of={"commune_agent": "neighbour wider commune", "operator": EVERYWHERE.removeprefix("self ")},
    ),
    line("visit over", "pages.verifications verifications.queue", roles=REVIEWING),
    line(
        "visit over",
        "verifications.one verifications.accept verifications.refuse verifications.file pages.one_verification pages.proof_file pages.decide_verification",
        "document",
        "neighbour wider commune",
        roles=REVIEWING,
        else_of={"operator": EVERYWHERE.removeprefix("self ")},
    ),
]
