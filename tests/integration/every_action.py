"""One valid call of every action, by name. A new action fails the audit test until it is added here."""

from datetime import date

from django.utils import timezone

from amble.care.journey.models import BadDay, Experiment, SafetyAlert
from amble.care.records.models import Episode, Invitation, Membership
from amble.programme import consent, fidelity, safety, timetable
from amble.vocabulary import Arm, Modality, Mode, Role, Visit
from tests import factories

CALLS = {}


def call(name: str):
    def keep(make):
        CALLS[f"amble.care.{name}"] = make
        return make

    return keep


def _clinic_and_therapist():
    here = factories.clinic()
    return here, factories.member(here)


def _started(arm: Arm = Arm.ETMI):
    here, therapist = _clinic_and_therapist()
    person = factories.started(here, therapist, arm)
    return Episode.objects.get(patient=person), person, therapist


# --- records ---------------------------------------------------------------------------------------------


@call("records.actions.patients.register")
def _():
    here, therapist = _clinic_and_therapist()
    return {"clinic": here, "name": "New", "by": therapist}


@call("records.actions.patients.correct")
def _():
    here, therapist = _clinic_and_therapist()
    return {"patient": factories.patient(here), "phone": "1", "email": "other@test.example", "by": therapist}


@call("records.actions.patients.set_preferences")
def _():
    person = factories.patient(factories.clinic())
    return {
        "patient": person,
        "language": "en",
        "time_zone": "Asia/Jerusalem",
        "reminder_hour": 18,
        "by": person.user,
    }


@call("records.actions.invitations.invite")
def _():
    here, therapist = _clinic_and_therapist()
    return {"patient": factories.referred(here), "by": therapist}


@call("records.actions.invitations.use")
def _():
    person = factories.patient(factories.clinic())
    return {"invitation": Invitation.objects.get(patient=person), "by": person.user}


@call("records.actions.consents.note_told")
def _():
    clinic = factories.clinic()
    return {"patient": factories.referred(clinic), "evaluation": True, "by": factories.member(clinic)}


@call("records.actions.consents.decide")
def _():
    person = factories.patient(factories.clinic())
    return {
        "patient": person,
        "version": consent.current().version,
        "agreed": {"use": True, "evaluation": False},
        "by": person.user,
    }


@call("records.actions.episodes.refer")
def _():
    here, therapist = _clinic_and_therapist()
    return {"patient": factories.patient(here), "referred_on": date(2026, 1, 1), "by": therapist}


def _start():
    here, therapist = _clinic_and_therapist()
    person = factories.patient(here)
    return {
        "episode": person.episode,
        "arm": Arm.ETMI,
        "reason": "wants to be active",
        "clinician": therapist,
        "on": timezone.localdate(),
        "by": therapist,
    }


call("records.actions.episodes.start")(_start)
call("journey.actions.referrals.start")(_start)


def _discharge():
    episode, _, therapist = _started()
    return {"episode": episode, "on": timezone.localdate(), "by": therapist}


call("records.actions.episodes.discharge")(_discharge)
call("journey.actions.referrals.discharge")(_discharge)
call("journey.actions.referrals.open_discharge_measures")(_discharge)


def _decline():
    here, therapist = _clinic_and_therapist()
    return {"episode": factories.patient(here).episode, "reason": "moved away", "by": therapist}


call("records.actions.episodes.decline")(_decline)
call("journey.actions.referrals.decline")(_decline)


def _withdraw():
    episode, person, _ = _started()
    return {"episode": episode, "by": person.user}


call("records.actions.episodes.withdraw")(_withdraw)
call("journey.actions.referrals.withdraw")(_withdraw)


@call("records.actions.staff.join")
def _():
    return {
        "email": "new.colleague@test.example",
        "name": "New colleague",
        "role": Role.PHYSIOTHERAPIST,
        "clinic": factories.clinic(),
        "by": factories.member(role=Role.ADMINISTRATOR),
    }


@call("records.actions.staff.leave")
def _():
    _, therapist = _clinic_and_therapist()
    return {
        "membership": Membership.objects.get(user=therapist),
        "by": factories.member(role=Role.ADMINISTRATOR),
    }


@call("records.actions.staff.record_training")
def _():
    here, therapist = _clinic_and_therapist()
    return {"clinician": therapist, "clinic": here, "invited_on": date(2026, 1, 1), "by": therapist}


@call("records.actions.clinics.add")
def _():
    numbers = {"phone": "1", "emergency_number": "2", "urgent_line": "3", "crisis_line": "4"}
    return {"name": "A new clinic", "by": factories.member(role=Role.ADMINISTRATOR), **numbers}


@call("records.actions.clinics.change")
def _():
    return {"clinic": factories.clinic(), "phone": "5", "by": factories.member(role=Role.ADMINISTRATOR)}


# --- assessments -----------------------------------------------------------------------------------------


@call("assessments.actions.measures.open_visit")
def _():
    episode, _, therapist = _started()
    window = timetable.window(Visit.DISCHARGE, started=episode.start_date, discharged=timezone.localdate())
    return {"episode": episode, "visit": Visit.DISCHARGE, "window": window, "by": therapist}


@call("assessments.actions.measures.name_activities")
def _():
    episode, person, _ = _started()
    return {"episode": episode, "names": ["Gardening"], "by": person.user}


def _baseline():
    episode, person, _ = _started()
    assessment = episode.assessments.get(visit=Visit.BASELINE)
    return {"assessment": assessment, "instrument": "rmdq", "mode": Mode.OWN_DEVICE, "by": person.user}


@call("assessments.actions.measures.answer")
def _():
    return {**_baseline(), "answers": {"item_1": True}}


call("assessments.actions.measures.submit")(_baseline)


@call("assessments.actions.measures.withdraw_open")
def _():
    episode, person, _ = _started()
    return {"episode": episode, "by": person.user}


# --- journey ---------------------------------------------------------------------------------------------


@call("journey.actions.referrals.refer")
def _():
    here, therapist = _clinic_and_therapist()
    return {"clinic": here, "name": "New", "referred_on": date(2026, 1, 1), "by": therapist}


@call("journey.actions.referrals.refer_again")
def _():
    here, therapist = _clinic_and_therapist()
    return {"patient": factories.patient(here), "referred_on": date(2026, 1, 1), "by": therapist}


@call("journey.actions.safety.answer")
def _():
    episode, person, _ = _started()
    answers = {question.id: index == 0 for index, question in enumerate(safety.questions())}
    return {"episode": episode, "occasion": "check_in", "answers": answers, "by": person.user}


@call("journey.actions.safety.resolve")
def _():
    episode, person, therapist = _started()
    factories.answer_safety(person, safety.questions()[0].id)
    return {"alert": SafetyAlert.objects.get(episode=episode), "note": "Seen today.", "by": therapist}


@call("journey.actions.story.tell")
def _():
    episode, person, _ = _started()
    words = {"going_on": "a", "worry": "b", "missing": "c", "activities": ["Gardening"]}
    return {"episode": episode, "by": person.user, **words}


@call("journey.actions.story.rate_beliefs")
def _():
    episode, person, _ = _started()
    return {"episode": episode, "convictions": {"bending-harms": 7}, "by": person.user}


def _experiment():
    episode, person, _ = _started()
    planned = {"belief": "bending-harms", "plan": "Bend", "prediction": "Pain"}
    return {"episode": episode, "by": person.user, **planned}


call("journey.actions.story.plan_experiment")(_experiment)


@call("journey.actions.story.record_experiment")
def _():
    experiment = Experiment.objects.create(**_experiment())
    return {
        "experiment": experiment,
        "happened": "Nothing",
        "learned": "I can",
        "conviction": 3,
        "by": experiment.by,
    }


@call("journey.actions.weeks.choose_goal")
def _():
    episode, person, _ = _started()
    return {
        "episode": episode,
        "activity_name": "Walking",
        "days_per_week": 2,
        "minutes": 10,
        "by": person.user,
    }


@call("journey.actions.weeks.check_in")
def _():
    episode, person, _ = _started()
    answers = {"days_done": 2, "pain": 4, "held_back": 3, "confidence": 7, "anything_new": False}
    return {"episode": episode, "week": 1, "by": person.user, **answers}


@call("journey.actions.bad_days.write_plan")
def _():
    episode, person, _ = _started()
    return {"episode": episode, "in_48_hours": "a", "keep_doing": "b", "seek_help": "c", "by": person.user}


@call("journey.actions.bad_days.begin")
def _():
    episode, person, _ = _started()
    screen = factories.answer_safety(person, occasion="flare_up")
    return {"episode": episode, "screen": screen, "by": person.user}


@call("journey.actions.bad_days.ask_for_call")
def _():
    episode, person, _ = _started()
    screen = factories.answer_safety(person, occasion="flare_up")
    bad_day = BadDay.objects.create(episode=episode, screen=screen, by=person.user)
    return {"bad_day": bad_day, "body": "Please call me.", "by": person.user}


@call("journey.actions.messages.send")
def _():
    person = factories.patient(factories.clinic())
    return {"patient": person, "body": "Hello", "from_patient": True, "by": person.user}


@call("journey.actions.messages.mark_read")
def _():
    from amble.care.journey.actions import messages

    here, therapist = _clinic_and_therapist()
    person = factories.patient(here)
    messages.send(patient=person, body="Hello", from_patient=True, by=person.user)
    return {"patient": person, "from_patient": True, "by": therapist}


@call("journey.actions.contacts.record_usual_care")
def _():
    episode, _, therapist = _started(Arm.USUAL_CARE)
    contact = {"day": timezone.localdate(), "minutes": 30, "modalities": [Modality.EXERCISE]}
    return {"episode": episode, "by": therapist, **contact}


@call("journey.actions.contacts.record_etmi")
def _():
    episode, _, therapist = _started()
    return {
        "episode": episode,
        "day": timezone.localdate(),
        "minutes": 40,
        "modalities": [Modality.EXPOSURE],
        "guide_session": 1,
        "marks": {item.id: 2 for item in fidelity.checklist(1).items},
        "breaches": [],
        "messages_given": [],
        "by": therapist,
    }


@call("journey.actions.links.send_measures_link")
def _():
    episode, _, therapist = _started()
    return {"assessment": episode.assessments.get(visit=Visit.BASELINE), "by": therapist}


@call("assessments.actions.measures.submit_all")
def _():
    arguments = _baseline()
    instrument = arguments.pop("instrument")
    return {**arguments, "instruments": [instrument]}


@call("journey.actions.safety.answer_so_far")
def _():
    episode, person, _ = _started()
    return {
        "episode": episode,
        "occasion": "start",
        "answers": {"saddle-numbness": True},
        "by": person.user,
    }


@call("journey.actions.ratings.rate_session")
def _():
    from amble.care.journey.actions import contacts

    arguments = CALLS["amble.care.journey.actions.contacts.record_etmi"]()
    contact = contacts.record_etmi(**arguments)
    return {
        "contact": contact,
        "marks": {item.id: 1 for item in fidelity.checklist(1).items},
        "breaches": ["manual-therapy"],
        "competence": {one.id: 3 for one in fidelity.competence()},
        "way": "in_room",
        "by": factories.member(contact.episode.clinic),
    }


@call("journey.actions.colleagues.remind_to_offer")
def _():
    here, therapist = _clinic_and_therapist()
    return {"clinician": therapist, "clinic": here, "by": factories.member(here, Role.SERVICE_LEAD)}
