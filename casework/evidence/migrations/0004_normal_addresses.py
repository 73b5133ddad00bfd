"""Posts recorded before get their addresses in normal form, and days of removal become dated observations."""

from django.db import migrations

from casework.evidence.addresses import stored_form


def fill(apps, schema_editor):
    Post = apps.get_model("evidence", "Post")
    PostStatus = apps.get_model("evidence", "PostStatus")
    for post in Post.objects.select_related("item").order_by("pk").iterator(chunk_size=500):
        normal = {"normal_url": stored_form(post.url), "normal_reposts": stored_form(post.reposts)}
        if any(normal.values()):
            Post.objects.filter(pk=post.pk).update(**normal)
        if post.removed_on:
            PostStatus.objects.create(
                item=post.item, found="removed", seen_on=post.removed_on, recorded_by_id=post.item.registered_by_id
            )


class Migration(migrations.Migration):
    dependencies = [("evidence", "0003_posts")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
