"""allauth's pages under Italian addresses, with the names allauth looks up."""

from allauth.account import views
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import path, re_path
from django.views.generic import RedirectView

SIGN_IN = RedirectView.as_view(pattern_name="account_login")
ACCOUNT = RedirectView.as_view(pattern_name="accounts:account")

urlpatterns = [
    path("", views.login, name="account_login"),
    path("esci/", views.logout, name="account_logout"),
    path("registrazione/", views.signup, name="account_signup"),
    path("sospeso/", views.account_inactive, name="account_inactive"),
    path("conferma/", views.reauthenticate, name="account_reauthenticate"),
    path("email/", views.email, name="account_email"),
    path("email/da-confermare/", views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^email/conferma/(?P<key>[-:\w]+)/$", views.confirm_email, name="account_confirm_email"),
    path("identita/annullata/", SIGN_IN, name="socialaccount_login_cancelled"),
    path("identita/non-riuscita/", SIGN_IN, name="socialaccount_login_error"),
    path("identita/nuova/", SIGN_IN, name="socialaccount_signup"),
    path("identita/<slug:provider_id>/", openid.login, name="openid_connect_login"),
    path("identita/<slug:provider_id>/ritorno/", openid.callback, name="openid_connect_callback"),
    path("identita/", ACCOUNT, name="socialaccount_connections"),
    path("secondo-fattore/", ACCOUNT, name="mfa_index"),
    path("secondo-fattore/codice/", mfa.authenticate, name="mfa_authenticate"),
    path("secondo-fattore/conferma/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("secondo-fattore/attiva/", totp.activate_totp, name="mfa_activate_totp"),
    path("secondo-fattore/disattiva/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("secondo-fattore/riserva/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("secondo-fattore/riserva/nuovi/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "secondo-fattore/riserva/scarica/", codes.download_recovery_codes, name="mfa_download_recovery_codes"
    ),
    path("password/cambia/", views.password_change, name="account_change_password"),
    path("password/imposta/", views.password_set, name="account_set_password"),
    path("password/dimenticata/", views.password_reset, name="account_reset_password"),
    path("password/dimenticata/inviata/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/scegli/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/scelta/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
