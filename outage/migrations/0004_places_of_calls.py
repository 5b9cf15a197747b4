from django.db import migrations


def fill_in(apps, schema_editor):
    """Give the rows that are there the order they were logged in, calls the place they were with, corrections their word.

    A call was with the place in force when it was recorded. Where a correction took the calls of the former row over,
    those who were told had been told rightly.
    """
    model = lambda name: apps.get_model("outage", name)
    for chain in model("CareChain").objects.iterator():
        details = list(model("CareChainDetails").objects.filter(chain=chain).order_by("recorded_at", "pk"))
        events = list(model("CareChainEvent").objects.filter(chain=chain))
        calls = list(model("Handover").objects.filter(chain=chain))
        # Of one moment: what is known, then what happened, then the call that told of it.
        rows = sorted(
            [(row.recorded_at, 0, str(row.pk), row) for row in details]
            + [(row.recorded_at, 1, str(row.pk), row) for row in events]
            + [(row.recorded_at, 2, str(row.pk), row) for row in calls],
            key=lambda row: row[:3],
        )
        for order, (*_, row) in enumerate(rows, start=1):
            type(row).objects.filter(pk=row.pk).update(order=order)
        model("CareChain").objects.filter(pk=chain.pk).update(rows=len(rows))
        for call in calls:
            known = [row for row in details if row.recorded_at <= call.recorded_at]
            place, name = _place(call.recipient, known[-1]) if known else ("", "")
            model("Handover").objects.filter(pk=call.pk).update(place=place, place_name=name)
        messages = model("HandoverMessage").objects.filter(event__chain=chain)
        told = {}
        for message in messages.values("event", "handover"):
            told.setdefault(message["event"], set()).add(message["handover"])
        for event in events:
            taken_over = told.get(event.supersedes_id, set()) & told.get(event.pk, set())
            moved = event.reason.startswith("Ny enhet för ")
            if event.supersedes_id and not event.withdraws and (taken_over or moved):
                model("CareChainEvent").objects.filter(pk=event.pk).update(told_rightly=True)
        _completions_and_open_items(model, chain, events, details, calls, told)


def _place(recipient, details):
    if recipient == "municipality" and details.municipality_id:
        return f"principal:{details.municipality_id}", details.municipality.name
    unit = {"inpatient": details.ward_unit, "outpatient": details.outpatient_unit}.get(recipient)
    if unit:
        return f"unit:{unit.pk}", unit.name
    return "", recipient.removeprefix("participant:") if recipient.startswith("participant:") else ""


def _completions_and_open_items(model, chain, events, details, calls, told):
    by_id = {call.pk: call for call in calls}

    def first(call):
        while call.supersedes_id:
            call = by_id[call.supersedes_id]
        return str(call.pk)

    for completion in model("DischargeCompletion").objects.filter(event__chain=chain):
        # It rested on the calls that had got through to each of those who were told, as they stood then.
        rests_on = {}
        made = [call for call in calls if call.recorded_at <= completion.recorded_at]
        replaced = {call.supersedes_id for call in made}
        for call in sorted((call for call in made if call.pk not in replaced), key=lambda call: call.at):
            reached = call.direction == "given" and call.outcome == "reached" and not call.withdraws
            if reached and call.pk in told.get(completion.event_id, ()):
                rests_on.setdefault(call.recipient, first(call))
        model("DischargeCompletion").objects.filter(pk=completion.pk).update(rests_on=sorted(rests_on.values()))
    for item in model("OpenItem").objects.filter(event__chain=chain):
        known = [row for row in details if row.recorded_at <= item.recorded_at]
        place = _place(item.recipient, known[-1])[0] if known else ""
        if item.recipient.startswith("participant:"):
            place = " ".join(item.recipient.split()).casefold()
        model("OpenItem").objects.filter(pk=item.pk).update(place=place)


class Migration(migrations.Migration):
    dependencies = [("outage", "0003_owed_from_calls")]
    operations = [migrations.RunPython(fill_in, migrations.RunPython.noop)]
