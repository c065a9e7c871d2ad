"""The pages of the programme, under /my/."""

from django.urls import path

from .views import bad_days, beliefs, goals, messages, my_data, progress, weeks

urlpatterns = [
    path("beliefs/", beliefs.mine, name="my-beliefs"),
    path("beliefs/rate/", beliefs.rate, name="my-beliefs-rate"),
    path("beliefs/<slug:belief_id>/", beliefs.one, name="my-belief"),
    path("beliefs/<slug:belief_id>/experiment/", beliefs.new_experiment, name="my-experiment-new"),
    path("experiments/<int:experiment_id>/", beliefs.experiment, name="my-experiment"),
    path("activity/", goals.activity, name="my-activity"),
    path("goal/", goals.goal, name="my-goal"),
    path("check-in/", weeks.check_in, name="my-check-in"),
    path("plan/", weeks.plan, name="my-plan"),
    path("progress/", progress.show, name="my-progress"),
    path("bad-day/", bad_days.today, name="my-bad-day"),
    path("bad-day/plan/", bad_days.plan, name="my-bad-day-plan"),
    path("messages/", messages.thread, name="my-messages"),
    path("data/", my_data.overview, name="my-data"),
    path("data/amble.json", my_data.json_file, name="my-data-json"),
    path("data/amble.zip", my_data.csv_file, name="my-data-csv"),
    path("data/gp.pdf", my_data.pdf_file, name="my-data-pdf"),
    path("data/opened/", my_data.opened, name="my-data-opened"),
    path("withdraw/", my_data.withdraw, name="my-withdraw"),
]
