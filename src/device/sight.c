// sight: what all readers of witnesses share: reasons, and the traps of levels. See sight_int.h.

#include "device/sight_int.h"

#include "base/enc.h"

const char *device_source_name(enum device_source source)
{
    static const char *const names[] = {
        [DEVICE_BY_IPP] = "ipp", [DEVICE_BY_SNMP] = "snmp", [DEVICE_BY_PJL] = "pjl"
    };
    return names[source];
}

const char *device_state_name(enum device_state state)
{
    static const char *const names[] = {
        [DEVICE_UNKNOWN] = "unknown", [DEVICE_IDLE] = "idle",   [DEVICE_PRINTING] = "printing",
        [DEVICE_STOPPED] = "stopped", [DEVICE_ERROR] = "error", [DEVICE_AWAY] = "away",
    };
    return names[state];
}

void device_sight_start(struct device_sight *sight, enum device_source source, int64_t at)
{
    struct str none = STR("");
    *sight = (struct device_sight){ .source = source,
                                    .at = at,
                                    .trouble = none,
                                    .accepting = true,
                                    .jobs = DEVICE_ABSENT,
                                    .up_seconds = DEVICE_ABSENT,
                                    .make_and_model = none,
                                    .serial = none,
                                    .firmware = none,
                                    .name = none,
                                    .location = none,
                                    .console = none };
}

void device_sight_none(enum device_source source, int64_t at, const char *trouble,
                       struct arena *arena, struct device_sight *sight)
{
    device_sight_start(sight, source, at);
    sight->trouble = device_sight_text(arena, str_of(trouble));
    if (sight->trouble.len == 0) {
        sight->trouble = STR("it told nothing");
    }
}

struct str device_sight_text(struct arena *arena, struct str text)
{
    size_t len = text.len;
    if (len > DEVICE_TEXT_MAX) { // not within a character
        len = DEVICE_TEXT_MAX;
        while (len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    char *copy = arena_text(arena, (struct str){ text.ptr, len });
    if (copy == NULL) {
        return STR("");
    }
    enc_make_plain(copy, len);
    size_t front = 0;
    while (len > front && copy[len - 1] == ' ') {
        len--;
    }
    while (front < len && copy[front] == ' ') {
        front++;
    }
    return (struct str){ copy + front, len - front };
}

// --- rows
// -----------------------------------------------------------------------------------------

static void *row_add(struct arena *arena, void *rows, size_t *count, size_t most, size_t size)
{
    void **at = rows;
    if (*at == NULL) {
        *at = arena_new_array(arena, most, size);
    }
    if (*at == NULL || *count == most) {
        return NULL;
    }
    return (char *)*at + (*count)++ * size;
}

struct device_supply *device_sight_add_supply(struct device_sight *sight, struct arena *arena)
{
    struct device_supply *row = row_add(arena, &sight->supplies, &sight->supply_count,
                                        DEVICE_SUPPLIES_MAX, sizeof(*sight->supplies));
    if (row != NULL) {
        *row = (struct device_supply){ .name = STR(""),
                                       .kind = "other",
                                       .color = STR(""),
                                       .level = DEVICE_LEVEL_UNKNOWN,
                                       .left = DEVICE_LEVEL_UNKNOWN,
                                       .capacity = DEVICE_LEVEL_UNKNOWN,
                                       .unit = "" };
    }
    return row;
}

struct device_tray *device_sight_add_tray(struct device_sight *sight, struct arena *arena)
{
    struct device_tray *row =
        row_add(arena, &sight->trays, &sight->tray_count, DEVICE_TRAYS_MAX, sizeof(*sight->trays));
    if (row != NULL) {
        *row = (struct device_tray){ .name = STR(""),
                                     .media = STR(""),
                                     .level = DEVICE_LEVEL_UNKNOWN,
                                     .capacity = DEVICE_LEVEL_UNKNOWN,
                                     .status = "unknown" };
    }
    return row;
}

struct device_cover *device_sight_add_cover(struct device_sight *sight, struct arena *arena)
{
    struct device_cover *row = row_add(arena, &sight->covers, &sight->cover_count,
                                       DEVICE_COVERS_MAX, sizeof(*sight->covers));
    if (row != NULL) {
        *row = (struct device_cover){ .name = STR(""), .status = "unknown" };
    }
    return row;
}

void device_sight_add_count(struct device_sight *sight, struct arena *arena, const char *kind,
                            const char *unit, int64_t count)
{
    if (count < 0) { // absent, or a lie
        return;
    }
    struct device_count *row = row_add(arena, &sight->counts, &sight->count_count,
                                       DEVICE_COUNTS_MAX, sizeof(*sight->counts));
    if (row != NULL) {
        *row = (struct device_count){
            .kind = kind, .unit = unit, .count = count, .source = sight->source
        };
    }
}

void device_sight_add_reason(struct device_sight *sight, struct arena *arena,
                             const struct sight_reason *given)
{
    enum device_severity severity = given->severity;
    bool said = false;
    struct str keyword = device_reason_split(given->keyword, &severity, &said);
    if (keyword.len == 0 || str_eq(keyword, STR("none"))) {
        return;
    }
    const struct device_reason *reason = device_reason_find(keyword);
    said = said || given->said;
    if (!said) {
        severity = reason != NULL ? reason->severity : DEVICE_WARNING;
    }
    bool stops = severity == DEVICE_WORST ? reason == NULL || reason->stops
                                          : reason != NULL && reason->stops && !said;
    for (size_t i = 0; i < sight->reason_count; i++) {
        struct device_seen *seen = &sight->reasons[i];
        if (str_eq(seen->keyword, keyword)) {
            seen->severity = severity > seen->severity ? severity : seen->severity;
            seen->stops = seen->stops || stops;
            seen->detail =
                seen->detail.len > 0 ? seen->detail : device_sight_text(arena, given->detail);
            return;
        }
    }
    struct device_seen *row = row_add(arena, &sight->reasons, &sight->reason_count,
                                      DEVICE_REASONS_MAX, sizeof(*sight->reasons));
    if (row != NULL) {
        *row = (struct device_seen){ .keyword = device_sight_text(arena, keyword),
                                     .severity = severity,
                                     .reason = reason,
                                     .stops = stops,
                                     .detail = device_sight_text(arena, given->detail) };
    }
}

bool device_sight_stops(const struct device_sight *sight)
{
    for (size_t i = 0; i < sight->reason_count; i++) {
        if (sight->reasons[i].stops && sight->reasons[i].severity == DEVICE_WORST) {
            return true;
        }
    }
    return false;
}

// --- levels
// ---------------------------------------------------------------------------------------

enum { CLASS_RECEPTACLE = 4, UNIT_SHEETS = 8, UNIT_PERCENT = 19 };

// prtMarkerSuppliesLevel (RFC 3805): what is left; of a receptacle the room that is left.
void device_sight_supply_level(struct device_supply *supply, const struct sight_numbers *numbers)
{
    supply->fills = numbers->class == CLASS_RECEPTACLE;
    supply->unit = device_sight_unit_name(numbers->unit);
    int64_t max = numbers->max;
    int64_t level = numbers->level;
    if (numbers->unit == UNIT_PERCENT && max <= 0 && level <= 100) {
        max = 100; // it does not say of how much, and need not
    }
    supply->capacity = max > 0 ? max : DEVICE_LEVEL_UNKNOWN;
    if (level == -3) { // some is left; room is left
        supply->left = DEVICE_LEVEL_SOME;
        supply->level = DEVICE_LEVEL_SOME;
        return;
    }
    if (level < 0) { // -1: no limit, -2: not known, and what nobody defined
        return;
    }
    supply->left = level;
    if (max <= 0 || level / 2 > max) {
        return; // of nobody knows how much; more than twice of what fits is a lie
    }
    int64_t percent = 100;
    if (level < max) {
        percent = max > INT64_MAX / 200 ? level / (max / 100) : level * 100 / max;
        percent = percent == 0 && level > 0 ? 1 : percent; // nothing is left only at nothing
    }
    supply->level = supply->fills ? 100 - percent : percent;
}

void device_sight_tray_level(struct device_tray *tray, int64_t unit, int64_t max, int64_t level)
{
    bool sheets = unit == UNIT_SHEETS || unit == DEVICE_ABSENT;
    tray->capacity = sheets && max >= 0 ? max : DEVICE_LEVEL_UNKNOWN;
    if (level == -3 || (!sheets && level > 0)) {
        tray->level = DEVICE_LEVEL_SOME;
    } else if (level >= 0) {
        tray->level = level;
    }
    if (tray->output && tray->level >= 0) { // it says what still fits
        bool sane = tray->capacity >= tray->level;
        tray->level = sane ? tray->capacity - tray->level : DEVICE_LEVEL_UNKNOWN;
    } else if (tray->output) {
        tray->level = DEVICE_LEVEL_UNKNOWN;
    }
}

// PrtSubUnitStatusTC: availability in the low bits, then alerts, offline, moving.
const char *device_sight_tray_status(int64_t status, int64_t level)
{
    if (status == DEVICE_ABSENT || status < 0 || status > 127) {
        return level == 0 ? "empty" : level > 0 ? "ready" : "unknown";
    }
    if ((status & 32) != 0) {
        return "offline";
    }
    switch (status & 7) {
    case 1: return level == 0 ? "empty" : "unavailable";
    case 3: return level == 0 ? "empty" : "broken";
    case 5: return level == 0 ? "empty" : level > 0 ? "ready" : "unknown";
    default: return level == 0 ? "empty" : "ready";
    }
}

const char *device_sight_unit_name(int64_t unit)
{
    static const char *const names[] = {
        [3] = "tenThousandthsOfInches",
        [4] = "micrometers",
        [7] = "impressions",
        [8] = "sheets",
        [11] = "hours",
        [12] = "thousandthsOfOunces",
        [13] = "tenthsOfGrams",
        [14] = "hundredthsOfFluidOunces",
        [15] = "tenthsOfMilliliters",
        [16] = "feet",
        [17] = "meters",
        [18] = "items",
        [19] = "percent",
    };
    bool known = unit >= 0 && unit < (int64_t)(sizeof(names) / sizeof(names[0]));
    return known && names[unit] != NULL ? names[unit] : "";
}

// --- kinds and colours
// ----------------------------------------------------------------------------

static const char *const supply_types[][2] = {
    // PrtMarkerSuppliesTypeTC, from 1
    { "other", "other" },
    { "unknown", "other" },
    { "toner", "toner" },
    { "wasteToner", "waste-toner" },
    { "ink", "ink" },
    { "inkCartridge", "ink" },
    { "inkRibbon", "ribbon" },
    { "wasteInk", "waste-ink" },
    { "opc", "drum" },
    { "developer", "developer" },
    { "fuserOil", "fuser-oil" },
    { "solidWax", "wax" },
    { "ribbonWax", "wax" },
    { "wasteWax", "waste-wax" },
    { "fuser", "fuser" },
    { "coronaWire", "corona-wire" },
    { "fuserOilWick", "fuser-oil" },
    { "cleanerUnit", "cleaner" },
    { "fuserCleaningPad", "cleaner" },
    { "transferUnit", "transfer-unit" },
    { "tonerCartridge", "toner" },
    { "fuserOiler", "fuser-oil" },
    { "water", "water" },
    { "wasteWater", "waste-water" },
    { "glueWaterAdditive", "glue" },
    { "wastePaper", "waste-paper" },
    { "bindingSupply", "binding" },
    { "bandingSupply", "banding" },
    { "stitchingWire", "staples" },
    { "shrinkWrap", "wrap" },
    { "paperWrap", "wrap" },
    { "staples", "staples" },
    { "inserts", "inserts" },
    { "covers", "covers" },
    { "matteToner", "toner" },
    { "matteInk", "ink" },
};
enum { SUPPLY_TYPES = sizeof(supply_types) / sizeof(supply_types[0]) };

const char *device_sight_supply_kind(int64_t type)
{
    return type >= 1 && type <= SUPPLY_TYPES ? supply_types[type - 1][1] : "other";
}

// Also the keywords of marker-types: "toner-cartridge" is "tonerCartridge".
int64_t device_sight_supply_type(struct str name)
{
    for (int64_t i = 0; i < SUPPLY_TYPES; i++) {
        const char *want = supply_types[i][0];
        size_t at = 0;
        size_t k = 0;
        for (; want[k] != '\0' && at < name.len; k++) {
            char c = want[k];
            if (c >= 'A' && c <= 'Z' && name.ptr[at] == '-') {
                at++;
                c = (char)(c - 'A' + 'a');
            }
            if (at == name.len || name.ptr[at] != c) {
                break;
            }
            at++;
        }
        if (want[k] == '\0' && at == name.len) {
            return i + 1;
        }
    }
    return 1;
}

static bool has_word(struct str text, const char *word)
{
    size_t len = strlen(word);
    for (size_t at = 0; at + len <= text.len; at++) {
        size_t same = 0;
        while (same < len && (text.ptr[at + same] | 0x20) == word[same]) {
            same++;
        }
        if (same == len) {
            return true;
        }
    }
    return false;
}

struct str device_sight_color(struct str said, struct str name)
{
    // The lighter ones first: "light cyan" has "cyan" in it.
    static const char *const colors[] = { "light cyan", "light magenta", "light black", "black",
                                          "cyan",       "magenta",       "yellow",      "gray",
                                          "grey",       "red",           "green",       "blue",
                                          "orange",     "violet",        "white",       "clear" };
    struct str texts[2] = { said, name };
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++) {
            if (has_word(texts[t], colors[i])) {
                return str_of(colors[i]);
            }
        }
    }
    return STR("");
}

struct str device_sight_device_id(struct str id, const char *key)
{
    size_t len = strlen(key);
    for (size_t at = 0; at < id.len;) {
        size_t end = at;
        while (end < id.len && id.ptr[end] != ';') {
            end++;
        }
        if (end - at > len && memcmp(id.ptr + at, key, len) == 0 && id.ptr[at + len] == ':') {
            return (struct str){ id.ptr + at + len + 1, end - at - len - 1 };
        }
        at = end + 1;
    }
    return STR("");
}
