"""What Flask-Security answers people, in the house's words: `SECURITY_MSG_…` for each that our pages can show."""

from __future__ import annotations


def _(words: str) -> str:
    """Words for `make translate`. The library looks them up in the reader's language (web/languages.py)."""
    return words


_LINK = _("Ce lien ne sert plus. Demandez-en un autre ici.")
_AGAIN = _("Votre connexion date un peu : dites que c’est bien vous.")
_NO_ACCOUNT = _("Nous ne connaissons pas cette adresse e-mail.")
_WRONG_PASSWORD = _("Ce n’est pas le bon mot de passe.")
_WRONG_KEY = _("Cette clé d’accès ne convient pas.")

_BAD = {
    "GENERIC_AUTHN_FAILED": _("L’adresse e-mail ou le mot de passe ne convient pas."),
    "UNAUTHENTICATED": _("Connectez-vous pour voir cette page."),
    "UNAUTHORIZED": _("Cette page n’est pas pour vous."),
    "REAUTHENTICATION_REQUIRED": _AGAIN,
    "ANONYMOUS_USER_REQUIRED": _("Vous êtes déjà connecté."),
    "DISABLED_ACCOUNT": _("Ce compte est fermé."),
    "USER_DOES_NOT_EXIST": _NO_ACCOUNT,
    "IDENTITY_NOT_REGISTERED": _NO_ACCOUNT,
    "EMAIL_NOT_PROVIDED": _("Indiquez votre adresse e-mail."),
    "INVALID_EMAIL_ADDRESS": _("Cette adresse e-mail n’est pas valable."),
    "EMAIL_ALREADY_ASSOCIATED": _("%(email)s a déjà un compte."),
    "CONFIRMATION_REQUIRED": _("Confirmez d’abord votre adresse e-mail, par le lien que vous avez reçu."),
    "CONFIRMATION_EXPIRED": _LINK,
    "INVALID_CONFIRMATION_TOKEN": _LINK,
    "PASSWORD_RESET_EXPIRED": _LINK,
    "INVALID_RESET_PASSWORD_TOKEN": _LINK,
    "PASSWORD_NOT_PROVIDED": _("Indiquez votre mot de passe."),
    "PASSWORD_INVALID_LENGTH": _("Il faut %(length)s caractères au moins."),
    "PASSWORD_IS_THE_SAME": _("Choisissez un autre mot de passe que l’actuel."),
    "PASSWORD_MISMATCH": _WRONG_PASSWORD,
    "INVALID_PASSWORD": _WRONG_PASSWORD,
    "RETYPE_PASSWORD_MISMATCH": _("Les deux mots de passe ne sont pas les mêmes."),
    "WEBAUTHN_EXPIRED": _("C’était trop long pour cette clé d’accès : recommencez."),
    "WEBAUTHN_NAME_REQUIRED": _("Donnez un nom à cette clé d’accès."),
    "WEBAUTHN_NAME_INUSE": _("Une de vos clés d’accès s’appelle déjà « %(name)s »."),
    "WEBAUTHN_NAME_NOT_FOUND": _("Vous n’avez pas de clé d’accès « %(name)s »."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": _("Ce nom prend des lettres, des chiffres, et peu de signes."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": _("Cette clé d’accès est déjà ajoutée."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _WRONG_KEY,
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _WRONG_KEY,
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _WRONG_KEY,
    "WEBAUTHN_MISMATCH_USER_HANDLE": _WRONG_KEY,
    "WEBAUTHN_NO_VERIFY": _WRONG_KEY,
    "API_ERROR": _("Nous n’avons pas compris ce que votre appareil a envoyé : recommencez."),
}
_TOLD = {
    "GENERIC_RECOVERY": _("Si cette adresse e-mail a un compte, un lien vient de lui être envoyé."),
    "ALREADY_CONFIRMED": _("Votre adresse e-mail est déjà confirmée."),
    "CONFIRMATION_REQUEST": _("Un lien pour confirmer l’adresse est parti à %(email)s."),
    "PASSWORD_RESET_REQUEST": _("Un lien pour choisir un mot de passe est parti à %(email)s."),
    "REAUTHENTICATION_SUCCESSFUL": _("Merci, c’est bien vous."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": _("La clé d’accès « %(name)s » est ajoutée."),
    "WEBAUTHN_CREDENTIAL_DELETED": _("La clé d’accès « %(name)s » est supprimée."),
    "LOGIN": _("Connectez-vous pour voir cette page."),
    "REFRESH": _AGAIN,
}
_DONE = {
    "CONFIRM_REGISTRATION": _(
        "Merci. Pour confirmer votre adresse e-mail, ouvrez le lien parti à %(email)s."
    ),
    "EMAIL_CONFIRMED": _("Merci, votre adresse e-mail est confirmée."),
    "PASSWORD_RESET": _("Votre nouveau mot de passe est enregistré, et vous êtes connecté."),
    "PASSWORD_RESET_NO_LOGIN": _("Votre nouveau mot de passe est enregistré : connectez-vous avec lui."),
    "PASSWORD_CHANGE": _("Votre mot de passe est changé."),
}

MESSAGES = {
    f"SECURITY_MSG_{name}": (words, kind)
    for kind, ours in (("error", _BAD), ("info", _TOLD), ("success", _DONE))
    for name, words in ours.items()
} | {"SECURITY_EMAIL_SUBJECT_CONFIRM": _("Confirmez votre adresse e-mail")}
"""Settings for Flask-Security: French words, and how they are shown; and a mail's subject."""
