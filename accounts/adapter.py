"""allauth's hooks: accounts open by an accepted adhesion or an invitation, never by themselves."""

from allauth.account.adapter import DefaultAccountAdapter


class InvitationOnlyAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False
