// truth: one truth from several witnesses. See truth.h.

#include "device/truth.h"

#include "base/buf.h"

enum { LEVELS_APART = 15, COUNTS_APART = 20 };

static bool told(const struct device_sight *sight)
{
    return sight->trouble.len == 0;
}

static int badness(enum device_state state)
{
    static const int order[] = { [DEVICE_UNKNOWN] = 0, [DEVICE_IDLE] = 1,  [DEVICE_PRINTING] = 2,
                                 [DEVICE_STOPPED] = 3, [DEVICE_ERROR] = 4, [DEVICE_AWAY] = 5 };
    return order[state];
}

static const char *says(enum device_source source)
{
    static const char *const names[] = {
        [DEVICE_BY_IPP] = "IPP", [DEVICE_BY_SNMP] = "SNMP", [DEVICE_BY_PJL] = "PJL"
    };
    return names[source];
}

static void disagree(struct device_truth *truth, struct arena *arena, const struct buf *text)
{
    if (truth->disagreement_count < DEVICE_DISAGREEMENTS_MAX && buf_ok(text)) {
        truth->disagreements[truth->disagreement_count++] = arena_copy(arena, buf_str(text));
    }
}

// --- reasons
// --------------------------------------------------------------------------------------

static void reason_add(struct device_truth *truth, const struct device_seen *seen)
{
    struct device_seen row = *seen;
    for (size_t i = 0; i < truth->reason_count; i++) {
        const struct device_seen *own = &truth->reasons[i];
        if (str_eq(own->keyword, seen->keyword)) {
            row = own->severity >= seen->severity ? *own : *seen;
            row.stops = own->stops || seen->stops;
            row.detail = own->detail.len > 0 ? own->detail : seen->detail;
            truth->reason_count--;
            memmove(&truth->reasons[i], &truth->reasons[i + 1],
                    (truth->reason_count - i) * sizeof(*truth->reasons));
            break;
        }
    }
    size_t at = 0;
    while (at < truth->reason_count && truth->reasons[at].severity >= row.severity) {
        at++;
    }
    if (at == DEVICE_REASONS_MAX) {
        return;
    }
    if (truth->reason_count == DEVICE_REASONS_MAX) {
        truth->reason_count--; // the mildest goes
    }
    memmove(&truth->reasons[at + 1], &truth->reasons[at],
            (truth->reason_count - at) * sizeof(*truth->reasons));
    truth->reasons[at] = row;
    truth->reason_count++;
}

// --- state
// ----------------------------------------------------------------------------------------

static void take_states(const struct device_sight *sights, size_t count, struct arena *arena,
                        struct device_truth *truth)
{
    bool any = false;
    truth->accepting = true;
    for (size_t i = 0; i < count; i++) {
        if (!told(&sights[i])) {
            continue;
        }
        truth->state = !any || badness(sights[i].state) > badness(truth->state) ? sights[i].state
                                                                                : truth->state;
        any = true;
        truth->accepting = truth->accepting && sights[i].accepting;
        for (size_t r = 0; r < sights[i].reason_count; r++) {
            reason_add(truth, &sights[i].reasons[r]);
        }
    }
    if (!any) {
        truth->state = DEVICE_AWAY;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t k = i + 1; k < count; k++) {
            if (!told(&sights[i]) || !told(&sights[k]) || sights[i].state == sights[k].state ||
                sights[i].state == DEVICE_UNKNOWN || sights[k].state == DEVICE_UNKNOWN) {
                continue;
            }
            OWN(buf_free) struct buf text = BUF_CAP(120);
            buf_addf(&text, "%s says %s, %s says %s", says(sights[i].source),
                     device_state_name(sights[i].state), says(sights[k].source),
                     device_state_name(sights[k].state));
            disagree(truth, arena, &text);
        }
    }
}

static void judge(struct device_truth *truth)
{
    enum device_severity worst = truth->reason_count > 0 ? truth->reasons[0].severity : DEVICE_WELL;
    bool stopped = truth->state == DEVICE_STOPPED || truth->state == DEVICE_ERROR ||
                   truth->state == DEVICE_AWAY;
    if (truth->state == DEVICE_ERROR || truth->state == DEVICE_AWAY) {
        worst = DEVICE_WORST;
    } else if ((truth->state == DEVICE_STOPPED || !truth->accepting) && worst < DEVICE_WARNING) {
        worst = DEVICE_WARNING;
    }
    truth->severity = worst;
    truth->can_print = !stopped && truth->accepting;
}

// --- who it is
// ------------------------------------------------------------------------------------

static struct str first_text(struct str have, struct str next)
{
    return have.len > 0 ? have : next;
}

static void take_names(const struct device_sight *sights, size_t count, struct arena *arena,
                       struct device_truth *truth)
{
    for (size_t i = 0; i < count; i++) {
        const struct device_sight *sight = &sights[i];
        if (!told(sight)) {
            continue;
        }
        if (truth->serial.len > 0 && sight->serial.len > 0 &&
            !str_eq(truth->serial, sight->serial)) {
            OWN(buf_free) struct buf text = BUF_CAP(200);
            buf_addf(&text, "%s says that its serial number is %.*s, another says %.*s",
                     says(sight->source), (int)(sight->serial.len > 60 ? 60 : sight->serial.len),
                     sight->serial.ptr, (int)(truth->serial.len > 60 ? 60 : truth->serial.len),
                     truth->serial.ptr);
            disagree(truth, arena, &text);
        }
        truth->make_and_model = first_text(truth->make_and_model, sight->make_and_model);
        truth->serial = first_text(truth->serial, sight->serial);
        truth->firmware = first_text(truth->firmware, sight->firmware);
        truth->name = first_text(truth->name, sight->name);
        truth->location = first_text(truth->location, sight->location);
        truth->console = first_text(truth->console, sight->console);
        truth->up_seconds =
            truth->up_seconds == DEVICE_ABSENT ? sight->up_seconds : truth->up_seconds;
        truth->jobs = sight->jobs > truth->jobs ? sight->jobs : truth->jobs;
    }
}

// --- tables
// ---------------------------------------------------------------------------------------

static size_t levels_known(const struct device_sight *sight)
{
    size_t known = 0;
    for (size_t i = 0; i < sight->supply_count; i++) {
        known += sight->supplies[i].level >= 0 ? 3 : 1; // a name without a number is worth less
    }
    return known;
}

static void compare_supplies(const struct device_sight *one, const struct device_sight *two,
                             struct arena *arena, struct device_truth *truth)
{
    for (size_t i = 0; i < one->supply_count; i++) {
        for (size_t k = 0; k < two->supply_count; k++) {
            const struct device_supply *a = &one->supplies[i];
            const struct device_supply *b = &two->supplies[k];
            bool same = strcmp(a->kind, b->kind) == 0 && str_eq(a->color, b->color) &&
                        a->color.len > 0 && a->level >= 0 && b->level >= 0;
            int64_t apart = a->level > b->level ? a->level - b->level : b->level - a->level;
            if (same && apart > LEVELS_APART) {
                OWN(buf_free) struct buf text = BUF_CAP(160);
                buf_addf(&text, "%s says that %.*s %s is at %lld %%, %s says %lld %%",
                         says(one->source), (int)a->color.len, a->color.ptr, a->kind,
                         (long long)a->level, says(two->source), (long long)b->level);
                disagree(truth, arena, &text);
            }
        }
    }
}

static void take_tables(const struct device_sight *sights, size_t count, struct arena *arena,
                        struct device_truth *truth)
{
    const struct device_sight *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct device_sight *sight = &sights[i];
        if (!told(sight)) {
            continue;
        }
        best = best == NULL || levels_known(sight) > levels_known(best) ? sight : best;
        if (sight->tray_count > truth->tray_count) {
            truth->trays = sight->trays;
            truth->tray_count = sight->tray_count;
        }
        if (sight->cover_count > truth->cover_count) {
            truth->covers = sight->covers;
            truth->cover_count = sight->cover_count;
        }
        for (size_t k = i + 1; k < count; k++) {
            if (told(&sights[k])) {
                compare_supplies(sight, &sights[k], arena, truth);
            }
        }
    }
    if (best != NULL) {
        truth->supplies = best->supplies;
        truth->supply_count = best->supply_count;
    }
}

// --- counters
// -------------------------------------------------------------------------------------

static void compare_counts(struct device_truth *truth, struct arena *arena)
{
    const struct device_count *first = NULL;
    for (size_t i = 0; i < truth->count_count; i++) {
        const struct device_count *count = &truth->counts[i];
        if (strcmp(count->kind, "total") != 0) {
            continue;
        }
        if (first == NULL) {
            first = count;
            continue;
        }
        int64_t apart =
            count->count > first->count ? count->count - first->count : first->count - count->count;
        if (apart > COUNTS_APART && strcmp(count->unit, first->unit) == 0) {
            OWN(buf_free) struct buf text = BUF_CAP(160);
            buf_addf(&text, "%s counted %lld %s, %s %lld", says(first->source),
                     (long long)first->count, first->unit, says(count->source),
                     (long long)count->count);
            disagree(truth, arena, &text);
        }
    }
}

static void take_counts(const struct device_sight *sights, size_t count,
                        const struct device_truth_settings *settings, struct arena *arena,
                        struct device_truth *truth)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all += told(&sights[i]) ? sights[i].count_count : 0;
    }
    truth->counts = arena_new_array(arena, all, sizeof(*truth->counts));
    for (size_t i = 0; truth->counts != NULL && i < count; i++) {
        for (size_t k = 0; told(&sights[i]) && k < sights[i].count_count; k++) {
            struct device_count *row = &truth->counts[truth->count_count++];
            *row = sights[i].counts[k];
            if (settings != NULL && settings->counter_unit != NULL &&
                settings->counter_unit[0] != '\0' && strcmp(row->kind, "total") == 0) {
                row->unit = settings->counter_unit;
            }
        }
    }
    compare_counts(truth, arena);
}

const struct device_count *device_truth_meter(const struct device_truth *truth, int prefer)
{
    const struct device_count *best = NULL;
    for (size_t i = 0; i < truth->count_count; i++) {
        const struct device_count *count = &truth->counts[i];
        if (strcmp(count->kind, "total") != 0) {
            continue;
        }
        if ((int)count->source == prefer) {
            return count;
        }
        best = best == NULL ? count : best; // sights come in the order of trust: IPP first
    }
    return prefer >= 0 && best != NULL ? NULL : best;
}

void device_truth(const struct device_sight *sights, size_t count,
                  const struct device_truth_settings *settings, struct arena *arena,
                  struct device_truth *truth)
{
    struct str none = STR("");
    *truth = (struct device_truth){ .make_and_model = none,
                                    .serial = none,
                                    .firmware = none,
                                    .name = none,
                                    .location = none,
                                    .console = none,
                                    .up_seconds = DEVICE_ABSENT,
                                    .jobs = DEVICE_ABSENT };
    truth->reasons = arena_new_array(arena, DEVICE_REASONS_MAX, sizeof(*truth->reasons));
    if (truth->reasons == NULL) {
        return; // out of room: nothing is known of it
    }
    take_states(sights, count, arena, truth);
    take_names(sights, count, arena, truth);
    take_tables(sights, count, arena, truth);
    take_counts(sights, count, settings, arena, truth);
    judge(truth);
}
