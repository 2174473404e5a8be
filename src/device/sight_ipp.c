// sight_ipp: a printer's attributes as a sight (RFC 8011 5.4, PWG 5100.9, 5100.13, 5100.22). See
// sight.h. The octet strings are keys and values: "type=toner;maxcapacity=100;level=40;".

#include "device/sight_int.h"

#include "base/num.h"

const char *const device_ipp_attributes[] = {
    "printer-state",
    "printer-state-reasons",
    "printer-state-message",
    "printer-is-accepting-jobs",
    "queued-job-count",
    "printer-up-time",
    "printer-make-and-model",
    "printer-device-id",
    "printer-serial-number",
    "printer-firmware-string-version",
    "printer-name",
    "printer-info",
    "printer-location",
    "marker-names",
    "marker-types",
    "marker-colors",
    "marker-levels",
    "printer-supply",
    "printer-supply-description",
    "printer-input-tray",
    "printer-output-tray",
    "printer-alert",
    "printer-alert-description",
    "media-ready",
    "printer-impressions-completed",
    "printer-impressions-completed-col",
    "printer-media-sheets-completed",
    NULL,
};

// --- finding
// --------------------------------------------------------------------------------------

static const struct ipp_attr *attr_of(const struct ipp_msg *msg, const char *name)
{
    return ipp_msg_find(msg, IPP_TAG_PRINTER, name, IPP_TAG_NONE);
}

static struct str text_of(const struct ipp_msg *msg, struct arena *arena, const char *name)
{
    return device_sight_text(arena, ipp_msg_text(msg, IPP_TAG_PRINTER, name));
}

static struct str value_text(const struct ipp_value *value)
{
    bool is_text = value != NULL && (ipp_tag_is_text(value->tag) || value->tag == IPP_TAG_OCTETS);
    return is_text ? value->text : STR("");
}

static const struct ipp_value *value_at(const struct ipp_attr *attr, size_t index)
{
    const struct ipp_value *value = attr == NULL ? NULL : attr->values;
    while (value != NULL && index > 0) {
        value = value->next;
        index--;
    }
    return value;
}

// The value of a key in "key=value;key=value;", empty where it is not there.
static struct str pair_text(struct str pairs, const char *key)
{
    size_t len = strlen(key);
    for (size_t at = 0; at < pairs.len;) {
        size_t end = at;
        while (end < pairs.len && pairs.ptr[end] != ';') {
            end++;
        }
        if (end - at > len && memcmp(pairs.ptr + at, key, len) == 0 && pairs.ptr[at + len] == '=') {
            return (struct str){ pairs.ptr + at + len + 1, end - at - len - 1 };
        }
        at = end + 1;
    }
    return STR("");
}

static int64_t pair_int(struct str pairs, const char *key, int64_t absent)
{
    int64_t value = 0;
    return num_i64(pair_text(pairs, key), INT32_MIN, UINT32_MAX, &value) ? value : absent;
}

// --- reasons
// --------------------------------------------------------------------------------------

static void read_alerts(const struct ipp_msg *msg, struct arena *arena, struct device_sight *sight)
{
    const struct ipp_attr *words = attr_of(msg, "printer-alert-description");
    const struct ipp_attr *alerts = attr_of(msg, "printer-alert");
    size_t index = 0;
    for (const struct ipp_value *value = value_at(alerts, 0); value != NULL && index < 64;
         value = value->next, index++) {
        struct str pairs = value_text(value);
        int64_t code = device_reason_alert_code(pair_text(pairs, "code"));
        struct str group = pair_text(pairs, "group");
        const char *keyword = device_reason_of_alert(code, str_eq(group, STR("input"))    ? 8
                                                           : str_eq(group, STR("output")) ? 9
                                                                                          : 0);
        struct str severity = pair_text(pairs, "severity");
        if (keyword == NULL || code <= 2) {
            continue; // "other" is told by printer-state-reasons, if it matters
        }
        struct sight_reason reason = {
            .keyword = str_of(keyword),
            .detail = value_text(value_at(words, index)),
            .severity = severity.len >= 8 && memcmp(severity.ptr, "critical", 8) == 0 ? DEVICE_WORST
                        : severity.len >= 7 && memcmp(severity.ptr, "warning", 7) == 0
                            ? DEVICE_WARNING
                            : DEVICE_NOTE,
            .said = severity.len > 0,
        };
        device_sight_add_reason(sight, arena, &reason);
    }
}

static void read_state(const struct ipp_msg *msg, struct arena *arena, struct device_sight *sight)
{
    const struct ipp_attr *reasons = attr_of(msg, "printer-state-reasons");
    int32_t state = ipp_msg_int(msg, IPP_TAG_PRINTER, "printer-state", 0);
    size_t index = 0;
    for (const struct ipp_value *value = value_at(reasons, 0); value != NULL && index < 64;
         value = value->next, index++) {
        struct sight_reason reason = { .keyword = device_sight_text(arena, value_text(value)),
                                       .detail = STR("") };
        device_sight_add_reason(sight, arena, &reason);
    }
    read_alerts(msg, arena, sight);
    sight->state = state == 3   ? DEVICE_IDLE
                   : state == 4 ? DEVICE_PRINTING
                   : state == 5 ? DEVICE_STOPPED
                                : DEVICE_UNKNOWN;
    bool paused = false;
    bool broken = false;
    for (size_t i = 0; i < sight->reason_count; i++) {
        const struct device_seen *seen = &sight->reasons[i];
        bool pause =
            str_eq(seen->keyword, STR("paused")) || str_eq(seen->keyword, STR("moving-to-paused"));
        paused = paused || pause;
        broken = broken || (seen->stops && !pause &&
                            (seen->severity == DEVICE_WORST || sight->state == DEVICE_STOPPED));
    }
    if (broken) {
        sight->state = DEVICE_ERROR;
    } else if (paused && sight->state != DEVICE_PRINTING) {
        sight->state = DEVICE_STOPPED;
    }
    sight->accepting = ipp_msg_bool(msg, IPP_TAG_PRINTER, "printer-is-accepting-jobs", true);
}

// --- supplies and paper
// ---------------------------------------------------------------------------

// The MIB's level of a receptacle is the room that is left (RFC 3805), and "printer-supply" is to
// be the MIB's (PWG 5100.13); but what speaks IPP tells in percent how full it is: the PWG's own
// ippeveprinter and PAPPL, and those who name a "highlevel", which only what fills can have.
static void turn_receptacle(struct sight_numbers *numbers, struct str pairs)
{
    bool is_percent = str_eq(pair_text(pairs, "unit"), STR("percent"));
    bool has_high = pair_text(pairs, "highlevel").len > 0;
    int64_t max = is_percent && numbers->max <= 0 ? 100 : numbers->max;
    if ((is_percent || has_high) && numbers->level >= 0 && numbers->level <= max) {
        numbers->max = max;
        numbers->level = max - numbers->level;
    }
}

static void read_supply(struct arena *arena, struct device_sight *sight, struct str pairs,
                        struct str name)
{
    struct device_supply *supply = device_sight_add_supply(sight, arena);
    if (supply == NULL) {
        return;
    }
    struct str unit = pair_text(pairs, "unit");
    struct str class = pair_text(pairs, "class");
    struct sight_numbers numbers = {
        .class = str_eq(class, STR("receptacleThatIsFilled")) ? 4 : 3,
        .max = pair_int(pairs, "maxcapacity", -2),
        .level = pair_int(pairs, "level", -2),
    };
    for (int64_t i = 0; i < 20; i++) {
        if (unit.len > 0 && str_eq(unit, str_of(device_sight_unit_name(i)))) {
            numbers.unit = i;
        }
    }
    if (numbers.class == 4) {
        turn_receptacle(&numbers, pairs);
    }
    int64_t type = device_sight_supply_type(pair_text(pairs, "type"));
    supply->kind = device_sight_supply_kind(type);
    supply->color = device_sight_color(pair_text(pairs, "colorantname"), name);
    supply->name = device_sight_text(arena, name);
    if (supply->name.len == 0) {
        supply->name = str_of(supply->kind);
    }
    device_sight_supply_level(supply, &numbers);
}

static struct str color_of_hex(struct str hex)
{
    static const char *const names[][2] = {
        { "#000000", "black" },  { "#00FFFF", "cyan" }, { "#FF00FF", "magenta" },
        { "#FFFF00", "yellow" }, { "#00ffff", "cyan" }, { "#ff00ff", "magenta" },
        { "#ffff00", "yellow" },
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(hex, str_of(names[i][0]))) {
            return str_of(names[i][1]);
        }
    }
    return STR("");
}

// marker-levels (CUPS): percent; of a waste box how full it is; -1 to -3 as in the MIB.
static void read_markers(const struct ipp_msg *msg, struct arena *arena, struct device_sight *sight)
{
    const struct ipp_attr *names = attr_of(msg, "marker-names");
    const struct ipp_attr *types = attr_of(msg, "marker-types");
    const struct ipp_attr *colors = attr_of(msg, "marker-colors");
    const struct ipp_attr *levels = attr_of(msg, "marker-levels");
    size_t count = levels == NULL ? 0 : levels->count;
    for (size_t i = 0; i < count && i < DEVICE_SUPPLIES_MAX; i++) {
        const struct ipp_value *level = value_at(levels, i);
        struct device_supply *supply = device_sight_add_supply(sight, arena);
        if (supply == NULL || level == NULL || level->tag != IPP_TAG_INTEGER) {
            return;
        }
        struct str hex = value_text(value_at(colors, i));
        struct str color = color_of_hex(hex);
        int64_t type = device_sight_supply_type(value_text(value_at(types, i)));
        supply->name = device_sight_text(arena, value_text(value_at(names, i)));
        supply->kind = device_sight_supply_kind(type);
        supply->color = color.len > 0 ? color : device_sight_color(STR(""), supply->name);
        supply->fills = strncmp(supply->kind, "waste", 5) == 0;
        supply->unit = "percent";
        supply->capacity = 100;
        supply->level = level->integer >= 0 && level->integer <= 100 ? level->integer
                        : level->integer == -3                       ? DEVICE_LEVEL_SOME
                                                                     : DEVICE_LEVEL_UNKNOWN;
        supply->left = supply->fills && supply->level >= 0 ? 100 - supply->level : supply->level;
    }
}

static void read_supplies(const struct ipp_msg *msg, struct arena *arena,
                          struct device_sight *sight)
{
    const struct ipp_attr *supplies = attr_of(msg, "printer-supply");
    const struct ipp_attr *names = attr_of(msg, "printer-supply-description");
    size_t index = 0;
    for (const struct ipp_value *value = value_at(supplies, 0);
         value != NULL && index < DEVICE_SUPPLIES_MAX; value = value->next, index++) {
        struct str pairs = value_text(value);
        if (pairs.len > 0) {
            read_supply(arena, sight, pairs, value_text(value_at(names, index)));
        }
    }
    if (sight->supply_count == 0) {
        read_markers(msg, arena, sight);
    }
}

static void read_trays(const struct ipp_msg *msg, struct arena *arena, struct device_sight *sight,
                       bool output)
{
    const struct ipp_attr *trays =
        attr_of(msg, output ? "printer-output-tray" : "printer-input-tray");
    const struct ipp_attr *ready = attr_of(msg, "media-ready");
    bool pairs_up = !output && trays != NULL && ready != NULL && trays->count == ready->count;
    size_t index = 0;
    for (const struct ipp_value *value = value_at(trays, 0);
         value != NULL && index < DEVICE_TRAYS_MAX; value = value->next, index++) {
        struct str pairs = value_text(value);
        struct device_tray *tray = pairs.len == 0 ? NULL : device_sight_add_tray(sight, arena);
        if (tray == NULL) {
            continue;
        }
        int64_t level = pair_int(pairs, output ? "remaining" : "level", -2);
        int64_t status = pair_int(pairs, "status", DEVICE_ABSENT);
        tray->output = output;
        tray->name = device_sight_text(arena, pair_text(pairs, "name"));
        tray->media =
            pairs_up ? device_sight_text(arena, value_text(value_at(ready, index))) : STR("");
        tray->status =
            output && level == 0 ? "full" : device_sight_tray_status(status, output ? 1 : level);
        device_sight_tray_level(tray, DEVICE_ABSENT, pair_int(pairs, "maxcapacity", -2), level);
    }
}

// --- counters
// -------------------------------------------------------------------------------------

static int64_t col_sum(const struct ipp_attr *col, const char *first, const char *second)
{
    const struct ipp_value *value = value_at(col, 0);
    if (value == NULL || value->tag != IPP_TAG_COLLECTION) {
        return DEVICE_ABSENT;
    }
    const char *const names[2] = { first, second };
    int64_t sum = 0;
    bool any = false;
    for (int i = 0; i < 2; i++) {
        const struct ipp_attr *member = ipp_attr_find(value->members, names[i], IPP_TAG_INTEGER);
        if (member != NULL && member->values->integer >= 0) {
            sum += member->values->integer;
            any = true;
        }
    }
    return any ? sum : DEVICE_ABSENT;
}

static void read_counts(const struct ipp_msg *msg, struct arena *arena, struct device_sight *sight)
{
    const struct ipp_attr *col = attr_of(msg, "printer-impressions-completed-col");
    device_sight_add_count(sight, arena, "total", "impressions",
                           ipp_msg_int(msg, IPP_TAG_PRINTER, "printer-impressions-completed", -1));
    device_sight_add_count(sight, arena, "sheets", "sheets",
                           ipp_msg_int(msg, IPP_TAG_PRINTER, "printer-media-sheets-completed", -1));
    device_sight_add_count(sight, arena, "color", "impressions",
                           col_sum(col, "full-color", "highlight-color"));
    device_sight_add_count(sight, arena, "monochrome", "impressions",
                           col_sum(col, "monochrome", "blank"));
}

void device_sight_ipp(const struct ipp_msg *msg, int64_t at, struct arena *arena,
                      struct device_sight *sight)
{
    device_sight_start(sight, DEVICE_BY_IPP, at);
    read_state(msg, arena, sight);
    read_supplies(msg, arena, sight);
    read_trays(msg, arena, sight, false);
    read_trays(msg, arena, sight, true);
    read_counts(msg, arena, sight);
    struct str id = ipp_msg_text(msg, IPP_TAG_PRINTER, "printer-device-id");
    sight->make_and_model = text_of(msg, arena, "printer-make-and-model");
    sight->serial = text_of(msg, arena, "printer-serial-number");
    if (sight->serial.len == 0) {
        struct str serial = device_sight_device_id(id, "SN");
        sight->serial =
            device_sight_text(arena, serial.len > 0 ? serial : device_sight_device_id(id, "SERN"));
    }
    sight->firmware = text_of(msg, arena, "printer-firmware-string-version");
    sight->name = text_of(msg, arena, "printer-info");
    if (sight->name.len == 0) {
        sight->name = text_of(msg, arena, "printer-name");
    }
    sight->location = text_of(msg, arena, "printer-location");
    sight->console = text_of(msg, arena, "printer-state-message");
    int32_t jobs = ipp_msg_int(msg, IPP_TAG_PRINTER, "queued-job-count", -1);
    sight->jobs = jobs >= 0 ? jobs : DEVICE_ABSENT;
    int32_t up = ipp_msg_int(msg, IPP_TAG_PRINTER, "printer-up-time", -1);
    sight->up_seconds = up >= 0 ? up : DEVICE_ABSENT;
}
