"""A demo user and demo data."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User

from ... import services
from ...models import Order

EXAMPLES = [("First order", 1), ("Second order", 5)]


class Command(BaseCommand):
    help = "Create the demo user (SEED_USERNAME, SEED_PASSWORD) and demo data. Idempotent."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENVIRONMENT != "local":
            raise CommandError("demo data is for the environment `local` alone")
        if not settings.SEED_PASSWORD:
            raise CommandError("SEED_PASSWORD is not set")
        user, created = User.objects.get_or_create(username=settings.SEED_USERNAME)
        # A new hash, even of the same password, would end the user's sessions.
        if not user.check_password(settings.SEED_PASSWORD):
            user.set_password(settings.SEED_PASSWORD)
            user.save()
        if not Order.objects.filter(owner=user).exists():
            for title, quantity in EXAMPLES:
                services.place(user, title=title, quantity=quantity)
        self.stdout.write(f"user {user.username} {'created' if created else 'is there'}")
