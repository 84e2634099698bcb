"""Orders and their history."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.logs import request_id


class Order(models.Model):
    """A user's request and its state."""

    class Status(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        CONFIRMED = "confirmed"
        FAILED = "failed"

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

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name = "order"
        verbose_name_plural = "orders"
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="owner_newest"),
            models.Index(fields=["status", "updated_at"], name="status_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.status})"

    @property
    def finished(self) -> bool:
        return self.status in {self.Status.CONFIRMED, self.Status.FAILED}

    def advance(self, status: Status) -> None:
        """Set the status and record an event; the caller holds the row lock in a transaction."""
        self.status = status
        if status == self.Status.PROCESSING:
            self.attempts += 1
        if status == self.Status.CONFIRMED:
            self.confirmed_at = timezone.now()
        self.save(update_fields=["status", "attempts", "confirmed_at", "updated_at"])
        self.events.create(status=status, request_id=request_id.get())


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
