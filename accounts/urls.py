from django.urls import path

from accounts.desk import account, bodies, colleagues, entrance, tokens

app_name = "accounts"
urlpatterns = [
    path("accesso/ingresso/", entrance.landing, name="landing"),
    path("accesso/account/", account.account, name="account"),
    path("accesso/account/nome/", account.rename, name="rename"),
    path("accesso/account/identita/<int:pk>/scollega/", account.disconnect, name="identity-disconnect"),
    path("accesso/account/sessioni/chiudi/", account.end_other_sessions, name="sessions-end"),
    path("accesso/account/sessioni/<int:pk>/chiudi/", account.end_session, name="session-end"),
    path("accesso/inviti/<str:token>/", entrance.invitation, name="invitation"),
]
OFFICE = [
    path("ente/", colleagues.colleagues, name="colleagues"),
    path("ente/<int:pk>/togli/", colleagues.colleague_remove, name="colleague-remove"),
    path("ente/<int:pk>/ruolo/", colleagues.colleague_role, name="colleague-role"),
    path("ente/inviti/<int:pk>/invia/", colleagues.offer_resend, name="offer-resend"),
    path("ente/inviti/<int:pk>/annulla/", colleagues.offer_cancel, name="offer-cancel"),
    path("ente/chiavi/", tokens.tokens, name="tokens"),
    path("ente/chiavi/<int:pk>/revoca/", tokens.token_revoke, name="token-revoke"),
]
DESK = [
    path("enti/", bodies.bodies, name="bodies"),
    path("enti/apri/", bodies.open_municipality, name="body-open"),
    path("enti/<int:pk>/", bodies.body, name="body"),
    path("enti/persone/<int:pk>/togli/", bodies.member_remove, name="member-remove"),
    path("enti/persone/<int:pk>/ruolo/", bodies.member_role, name="member-role"),
]
