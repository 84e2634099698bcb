"""Orders in the admin, read-only."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.http import HttpRequest

from .models import Order

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Order]
else:
    ModelAdmin = admin.ModelAdmin


@admin.register(Order)
class OrderAdmin(ModelAdmin):
    list_display = ["title", "owner", "status", "attempts", "created_at"]
    list_filter = ["status"]
    list_select_related = ["owner"]
    search_fields = ["title", "owner__username"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self,
        request: HttpRequest,
        obj: Order | None = None,
    ) -> bool:
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: Order | None = None,
    ) -> bool:
        return False
