class TabletLock:
    """A clinic tablet that was handed to a patient opens the questionnaire and nothing else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.tablet = None
        return self.get_response(request)
