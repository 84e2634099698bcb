"""Orders and their history."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.logs import request_id

# Longer than one may take to be processed: after this, whoever had it has died.
LEASE = timedelta(seconds=30)


class Order(models.Model):
    """What a user has ordered, and how far it has got."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        CONFIRMED = "confirmed"
        FAILED = "failed"

    UNFINISHED = [Status.PENDING, Status.PROCESSING]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="orders",
    )
    title = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Unless it is finished by then, its processing is requested again.
    retry_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name = "order"
        verbose_name_plural = "orders"
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="owner_newest"),
            models.Index(
                fields=["retry_at"],
                condition=models.Q(status__in=["pending", "processing"]),
                name="unfinished_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    @property
    def finished(self) -> bool:
        return self.status not in self.UNFINISHED

    def advance(self, status: Status) -> None:
        """Set the status and record an event; the caller holds the row lock in a transaction."""
        self.status = status
        self.retry_at = timezone.now() + LEASE
        if status == self.Status.PROCESSING:
            self.attempts += 1
        if status == self.Status.CONFIRMED:
            self.confirmed_at = timezone.now()
        fields = ["status", "attempts", "confirmed_at", "retry_at", "updated_at"]
        self.save(update_fields=fields)
        self.events.create(status=status, request_id=request_id.get())

    def postpone(self) -> None:
        """Wait as long again as it has waited: a long queue doesn't fill with repetitions."""
        now = timezone.now()
        self.retry_at = now + max(LEASE, now - self.created_at)
        self.save(update_fields=["retry_at", "updated_at"])


class OrderEvent(models.Model):
    """One status change of its order; append-only."""

    order = models.ForeignKey(
        Order,
        on_delete=models.CASCADE,
        related_name="events",
    )
    status = models.CharField(max_length=10, choices=Order.Status)
    request_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            # The last line of defence: the database accepts one confirmation per row.
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(status="confirmed"),
                name="confirmed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} at {self.at:%Y-%m-%d %H:%M:%S}"
