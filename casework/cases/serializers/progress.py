"""Notes, tasks and moments in the API."""

from __future__ import annotations

from rest_framework import serializers

from casework.accounts.models import User
from casework.cases.models import CaptureMoment, Case, Note, Task
from casework.cases.serializers.common import choice, text
from casework.cases.workflow import TASK_WORKFLOW
from casework.core.api import (
    AvailableTransitionsField,
    StrictModelSerializer,
    StrictSerializer,
    VisiblePrimaryKeyField,
)


class NoteSerializer(StrictModelSerializer):
    class Meta:
        model = Note
        fields = ("id", "case", "text", "corrects", "written_by", "written_at")
        read_only_fields = fields


class NoteInput(StrictSerializer):
    """A note, or a correction of one of the same case."""

    case = VisiblePrimaryKeyField(queryset=Case.objects.all())
    text = serializers.CharField(max_length=20_000)
    corrects = VisiblePrimaryKeyField(queryset=Note.objects.all(), required=False, allow_null=True)


class TaskSerializer(StrictModelSerializer):
    available_actions = AvailableTransitionsField(TASK_WORKFLOW)

    class Meta:
        model = Task
        fields = (
            "id", "case", "title", "due_on", "assignee", "state", "overdue", "created_at", "updated_at",
            "available_actions",
        )  # fmt: skip
        read_only_fields = fields


class TaskChange(StrictSerializer):
    title = serializers.CharField(max_length=200, required=False)
    due_on = serializers.DateField(required=False, allow_null=True)
    assignee = VisiblePrimaryKeyField(queryset=User.objects.all(), required=False, allow_null=True)
    expected_updated_at = serializers.DateTimeField(required=False)


class TaskInput(TaskChange):
    case = VisiblePrimaryKeyField(queryset=Case.objects.all())
    title = serializers.CharField(max_length=200)
    expected_updated_at = None  # type: ignore[assignment]


class MomentSerializer(StrictModelSerializer):
    class Meta:
        model = CaptureMoment
        fields = ("id", "case", "position", "kind", "at", "note", "updated_at")
        read_only_fields = fields


class MomentChange(StrictSerializer):
    kind = choice(CaptureMoment.Kind.choices, required=False)
    position = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    at = text(60)
    note = text(5000)
    expected_updated_at = serializers.DateTimeField(required=False)


class MomentInput(MomentChange):
    case = VisiblePrimaryKeyField(queryset=Case.objects.all())
    kind = choice(CaptureMoment.Kind.choices)
    expected_updated_at = None  # type: ignore[assignment]
