// sight_mib: a device's SNMP tables as a sight. See sight.h.

#include "device/sight_int.h"

#include "base/buf.h"

enum { SEVERITY_CRITICAL = 3, SEVERITY_OTHER = 1, DEVICE_DOWN = 5, BIT_OFFLINE = 6 };

static int64_t or_unknown(int64_t value)
{
    return value == DEVICE_ABSENT ? DEVICE_LEVEL_SOME : value; // -2 is "not known" in the MIB too
}

static void read_alerts(const struct device_mib *mib, struct arena *arena,
                        struct device_sight *sight)
{
    for (size_t i = 0; i < mib->alert_count; i++) {
        const struct device_mib_alert *alert = &mib->alerts[i];
        const char *keyword = device_reason_of_alert(alert->code, alert->group);
        if (keyword == NULL) {
            continue; // an event, or a code that nobody defined
        }
        struct sight_reason reason = {
            .keyword = str_of(keyword),
            .detail = alert->description,
            .severity = alert->severity == SEVERITY_CRITICAL ? DEVICE_WORST
                        : alert->severity == SEVERITY_OTHER  ? DEVICE_NOTE
                                                             : DEVICE_WARNING,
            .said = alert->severity != DEVICE_ABSENT,
        };
        device_sight_add_reason(sight, arena, &reason);
    }
}

// The bits say what, not how bad: that the device is down says how bad. Paper out in one of three
// trays is no reason to keep jobs from it.
static void read_bits(const struct device_mib *mib, struct arena *arena, struct device_sight *sight)
{
    bool down = mib->device_status == DEVICE_DOWN;
    for (unsigned bit = 0; mib->has_errors && bit < 15; bit++) {
        if ((mib->errors >> bit & 1) == 0) {
            continue;
        }
        struct str keyword = str_of(device_reason_of_bit(bit));
        const struct device_reason *known = device_reason_find(keyword);
        bool stops = known != NULL && known->stops;
        bool tray = bit == 13;
        struct sight_reason reason = {
            .keyword = keyword,
            .detail = STR(""),
            .severity = stops && !tray && (down || bit == BIT_OFFLINE) ? DEVICE_WORST
                        : stops                                        ? DEVICE_WARNING
                                                                       : DEVICE_NOTE,
            .said = true,
        };
        device_sight_add_reason(sight, arena, &reason);
    }
}

static void read_state(const struct device_mib *mib, struct device_sight *sight)
{
    bool offline = mib->has_errors && (mib->errors >> BIT_OFFLINE & 1) != 0;
    enum device_state state = DEVICE_UNKNOWN;
    switch (mib->printer_status) {
    case 3: // idle
    case 5: // warming up
        state = DEVICE_IDLE;
        break;
    case 4: state = DEVICE_PRINTING; break;
    case 1: // other: sleeping, or something is wrong
        state = mib->has_errors ? DEVICE_IDLE : DEVICE_UNKNOWN;
        break;
    default:
        state = mib->device_status == 2 || mib->device_status == 3 ? DEVICE_IDLE : DEVICE_UNKNOWN;
        break;
    }
    if (device_sight_stops(sight)) {
        state = offline && sight->reason_count == 1 ? DEVICE_STOPPED : DEVICE_ERROR;
    } else if (mib->device_status == DEVICE_DOWN) {
        state = DEVICE_STOPPED;
    }
    sight->state = state;
}

static void read_supplies(const struct device_mib *mib, struct arena *arena,
                          struct device_sight *sight)
{
    for (size_t i = 0; i < mib->supply_count; i++) {
        const struct device_mib_supply *from = &mib->supplies[i];
        struct device_supply *supply = device_sight_add_supply(sight, arena);
        if (supply == NULL) {
            return;
        }
        struct sight_numbers numbers = { .class = from->class,
                                         .unit = from->unit,
                                         .max = or_unknown(from->max),
                                         .level = or_unknown(from->level) };
        supply->kind = device_sight_supply_kind(from->type);
        supply->color = device_sight_color(from->color, from->description);
        supply->name = device_sight_text(arena, from->description);
        if (supply->name.len == 0) {
            supply->name = arena_ok(arena) ? str_of(supply->kind) : STR("");
        }
        device_sight_supply_level(supply, &numbers);
    }
}

static void read_trays(const struct device_mib *mib, struct arena *arena,
                       struct device_sight *sight)
{
    for (size_t i = 0; i < mib->tray_count; i++) {
        const struct device_mib_tray *from = &mib->trays[i];
        struct device_tray *tray = device_sight_add_tray(sight, arena);
        if (tray == NULL) {
            return;
        }
        tray->output = from->output;
        tray->name = device_sight_text(arena, from->name);
        tray->media = device_sight_text(arena, from->media);
        tray->status = device_sight_tray_status(from->status, from->output ? 1 : from->level);
        if (from->output && from->level == 0) {
            tray->status = "full";
        }
        device_sight_tray_level(tray, from->unit, or_unknown(from->max), or_unknown(from->level));
    }
}

static void read_covers(const struct device_mib *mib, struct arena *arena,
                        struct device_sight *sight)
{
    for (size_t i = 0; i < mib->cover_count; i++) {
        int64_t status = mib->covers[i].status;
        struct device_cover *cover = device_sight_add_cover(sight, arena);
        if (cover == NULL) {
            return;
        }
        cover->name = device_sight_text(arena, mib->covers[i].description);
        cover->status = status == 3 || status == 5   ? "open"
                        : status == 4 || status == 6 ? "closed"
                                                     : "unknown";
    }
}

static void read_counts(const struct device_mib *mib, struct arena *arena,
                        struct device_sight *sight)
{
    for (size_t i = 0; i < mib->marker_count && i < 4; i++) {
        const struct device_mib_marker *marker = &mib->markers[i];
        const char *unit = marker->unit == 7   ? "impressions"
                           : marker->unit == 8 ? "sheets"
                                               : "other";
        const char *kind = i == 0   ? "total"
                           : i == 1 ? "marker-2"
                           : i == 2 ? "marker-3"
                                    : "marker-4";
        device_sight_add_count(sight, arena, kind, unit, marker->life);
    }
}

static void read_names(const struct device_mib *mib, struct arena *arena,
                       struct device_sight *sight)
{
    struct str make = device_sight_device_id(mib->device_id, "MFG");
    struct str model = device_sight_device_id(mib->device_id, "MDL");
    make = make.len > 0 ? make : device_sight_device_id(mib->device_id, "MANUFACTURER");
    model = model.len > 0 ? model : device_sight_device_id(mib->device_id, "MODEL");
    if (model.len > 0 && model.len > make.len && memcmp(model.ptr, make.ptr, make.len) == 0) {
        make.len = 0; // it names itself already
    }
    OWN(buf_free) struct buf both = BUF_CAP(2 * DEVICE_TEXT_MAX);
    buf_addf(&both, "%.*s%s%.*s", (int)make.len, make.ptr, make.len > 0 ? " " : "", (int)model.len,
             model.ptr);
    struct str named = model.len > 0        ? buf_str(&both)
                       : mib->model.len > 0 ? mib->model
                                            : mib->description;
    struct str serial = mib->serial;
    serial = serial.len > 0 ? serial : device_sight_device_id(mib->device_id, "SN");
    serial = serial.len > 0 ? serial : device_sight_device_id(mib->device_id, "SERN");
    sight->make_and_model = device_sight_text(arena, named);
    sight->serial = device_sight_text(arena, serial);
    sight->firmware = device_sight_text(arena, mib->firmware);
    sight->name = device_sight_text(arena, mib->name.len > 0 ? mib->name : mib->printer_name);
    sight->location = device_sight_text(arena, mib->location);
    OWN(buf_free) struct buf console = BUF_CAP(DEVICE_TEXT_MAX);
    for (size_t i = 0; i < mib->console_count; i++) {
        buf_addf(&console, "%s%.*s", console.len > 0 ? " / " : "", (int)mib->console[i].len,
                 mib->console[i].ptr);
    }
    sight->console = device_sight_text(arena, buf_str(&console));
}

void device_sight_mib(const struct device_mib *mib, struct arena *arena, struct device_sight *sight)
{
    device_sight_start(sight, DEVICE_BY_SNMP, mib->at);
    read_alerts(mib, arena, sight);
    read_bits(mib, arena, sight);
    read_state(mib, sight);
    read_supplies(mib, arena, sight);
    read_trays(mib, arena, sight);
    read_covers(mib, arena, sight);
    read_counts(mib, arena, sight);
    read_names(mib, arena, sight);
    sight->jobs = mib->active_jobs;
    if (mib->uptime_ticks != DEVICE_ABSENT) {
        sight->up_seconds = mib->uptime_ticks / 100;
    }
}
