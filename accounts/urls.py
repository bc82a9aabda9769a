from django.urls import path

from accounts.desk import adhesions, bodies, colleagues, entrance, tokens

app_name = "accounts"
urlpatterns = [
    path("accesso/ingresso/", entrance.landing, name="landing"),
    path("accesso/inviti/<uuid:token>/", entrance.invitation, name="invitation"),
    path("redazione/adesioni/", adhesions.adhesion_list, name="adhesion-list"),
    path("redazione/adesioni/<int:pk>/", adhesions.adhesion_detail, name="adhesion-detail"),
    path("redazione/adesioni/<int:pk>/invito/", adhesions.adhesion_resend, name="adhesion-resend"),
    path("redazione/adesioni/<int:pk>/documento/", adhesions.adhesion_document, name="adhesion-document"),
    path("redazione/enti/", bodies.bodies, name="bodies"),
    path("area-riservata/ente/", colleagues.colleagues, name="colleagues"),
    path("area-riservata/ente/<int:pk>/togli/", colleagues.colleague_remove, name="colleague-remove"),
    path("area-riservata/ente/inviti/<int:pk>/invia/", colleagues.offer_resend, name="offer-resend"),
    path("area-riservata/ente/inviti/<int:pk>/annulla/", colleagues.offer_cancel, name="offer-cancel"),
    path("area-riservata/ente/chiavi/", tokens.tokens, name="tokens"),
    path("area-riservata/ente/chiavi/<int:pk>/revoca/", tokens.token_revoke, name="token-revoke"),
]
