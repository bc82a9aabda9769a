"""One's own account: name, address, password, bodies and roles, the sessions that are open."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import single_sign_on
from accounts.devices import device_of
from accounts.forms import NameForm
from accounts.records import subject_of
from accounts.second_factor import has_second_factor
from lib import audit


@login_required
@require_safe
def account(request):
    """The page of the account."""
    return _show(request, NameForm(instance=request.user))


def _show(request, form: NameForm, *, status: int = 200):
    memberships = request.user.memberships.select_related("organisation").order_by("organisation__name")
    sessions = UserSession.objects.purge_and_list(request.user)
    current = request.session.session_key
    rows = [
        {
            "session": session,
            "device": device_of(session.user_agent),
            "is_current": session.session_key == current,
        }
        for session in sorted(sessions, key=lambda one: one.created_at, reverse=True)
    ]
    context = {
        "memberships": memberships,
        "sessions": rows,
        "form": form,
        "has_second_factor": has_second_factor(request.user),
        "identities": request.user.socialaccount_set.order_by("pk"),
        "providers": single_sign_on.providers(),
    }
    return render(request, "accounts/account.html", context, status=status)


@login_required
@require_POST
def rename(request):
    """Change the name that colleagues and reviewers read."""
    before = request.user.name
    form = NameForm(request.POST, instance=request.user)
    if not form.is_valid():
        request.user.refresh_from_db()
        return _show(request, form, status=422)
    with transaction.atomic():
        form.save()
        changes = {"before": before, "after": request.user.name}
        audit.record("rename", by=request.user, on=subject_of(request.user), changes=changes)
    messages.success(request, _("Nome salvato."))
    return redirect("accounts:account")


@login_required
@require_POST
def end_session(request, pk):
    """End one of one's own sessions; 404 for that of somebody else."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    session.end()
    audit.record("end_session", by=request.user, on=subject_of(request.user), changes={"ended": 1})
    messages.success(request, _("Sessione chiusa: da lì bisogna entrare di nuovo."))
    return redirect("accounts:account")


@login_required
@require_POST
def end_other_sessions(request):
    """End all sessions of the person but this one."""
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    ended = 0
    for session in others:
        session.end()
        ended += 1
    audit.record("end_session", by=request.user, on=subject_of(request.user), changes={"ended": ended})
    messages.success(request, _("Le altre sessioni sono chiuse."))
    return redirect("accounts:account")


@login_required
@require_POST
def disconnect(request, pk):
    """Disconnect an identity of SPID, CIE or a directory; 404 for that of somebody else."""
    if not single_sign_on.disconnect(request.user, pk):
        raise Http404
    messages.success(request, _("Identità scollegata: resta l’accesso con e-mail e password."))
    return redirect("accounts:account")
