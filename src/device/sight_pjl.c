// sight_pjl: what a printer answers on port 9100 as a sight. See sight.h.
//
//   @PJL INFO STATUS | @PJL USTATUS DEVICE     then CODE=10001, DISPLAY="READY", ONLINE=TRUE
//   @PJL INFO PAGECOUNT                        then 12345, or PAGECOUNT=12345
//   @PJL INFO ID                               then "HP LASERJET 4"
// Lines end in CR LF, answers in FF; anything else is passed over. (PJL Technical Reference, 7
// and the list of status codes.)

#include "device/sight_int.h"

#include "base/num.h"

const char device_pjl_ask[] = "\033%-12345X@PJL\r\n@PJL INFO STATUS\r\n@PJL INFO PAGECOUNT\r\n"
                              "@PJL INFO ID\r\n\033%-12345X";

enum { LINES_MAX = 400 };

enum topic { TOPIC_NONE, TOPIC_STATUS, TOPIC_PAGES, TOPIC_ID };

struct pjl {
    struct arena *arena;
    struct device_sight *sight;
    enum topic topic;
    bool has_status;
    bool has_count;
    bool offline;
    int64_t code;
};

static bool starts(struct str line, const char *front)
{
    size_t len = strlen(front);
    return line.len >= len && memcmp(line.ptr, front, len) == 0;
}

static struct str behind(struct str line, size_t len)
{
    return (struct str){ line.ptr + len, line.len - len };
}

static struct str unquoted(struct str text)
{
    if (text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"') {
        return (struct str){ text.ptr + 1, text.len - 2 };
    }
    return text;
}

static void take_count(struct pjl *pjl, struct str text)
{
    int64_t count = 0;
    if (!pjl->has_count && num_i64(text, 0, UINT32_MAX, &count)) {
        pjl->has_count = true;
        device_sight_add_count(pjl->sight, pjl->arena, "total", "other", count); // it says no unit
    }
}

static void take_line(struct pjl *pjl, struct str line)
{
    int64_t code = 0;
    if (starts(line, "@PJL")) {
        pjl->topic = starts(line, "@PJL INFO STATUS") || starts(line, "@PJL USTATUS DEVICE")
                         ? TOPIC_STATUS
                     : starts(line, "@PJL INFO PAGECOUNT") ? TOPIC_PAGES
                     : starts(line, "@PJL INFO ID")        ? TOPIC_ID
                                                           : TOPIC_NONE;
    } else if (pjl->topic == TOPIC_STATUS && starts(line, "CODE=")) {
        if (num_i64(behind(line, 5), 0, 99999, &code)) {
            pjl->code = code;
            pjl->has_status = true;
        }
    } else if (pjl->topic == TOPIC_STATUS && starts(line, "DISPLAY=")) {
        pjl->sight->console = device_sight_text(pjl->arena, unquoted(behind(line, 8)));
    } else if (pjl->topic == TOPIC_STATUS && starts(line, "ONLINE=")) {
        pjl->offline = str_eq(behind(line, 7), STR("FALSE"));
    } else if (pjl->topic == TOPIC_PAGES) {
        take_count(pjl, starts(line, "PAGECOUNT=") ? behind(line, 10) : line);
    } else if (pjl->topic == TOPIC_ID && line.len > 0) {
        pjl->sight->make_and_model = device_sight_text(pjl->arena, unquoted(line));
        pjl->topic = TOPIC_NONE;
    }
}

static const char *reason_of_code(int64_t code)
{
    static const struct {
        int32_t code;
        const char *keyword;
    } codes[] = {
        { 10000, "sleeping-report" },
        { 10002, "offline-error" },
        { 10003, "warming-up-report" },
        { 10006, "toner-low-warning" },
        { 35078, "sleeping-report" },
        { 40000, "sleeping-report" },
        { 40010, "marker-supply-missing-error" },
        { 40019, "output-area-full-error" },
        { 40020, "marker-supply-missing-error" },
        { 40021, "cover-open-error" },
        { 40022, "media-jam-error" },
        { 40024, "media-needed-warning" },
        { 40026, "input-tray-missing-error" },
        { 40038, "toner-low-warning" },
        { 40079, "offline-error" },
        { 40600, "marker-supply-missing-error" },
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == code) {
            return codes[i].keyword;
        }
    }
    switch (code / 1000) {
    case 41: return "media-empty-error"; // load a tray: it waits for it
    case 42:
    case 44: return "media-jam-error";
    case 43: return "finisher-failure-warning";
    case 50: return "service-needed-error";
    case 40: return "other-error";
    case 30:
    case 35: return "other-warning";
    default: return NULL;
    }
}

static void judge(struct pjl *pjl)
{
    struct device_sight *sight = pjl->sight;
    if (!pjl->has_status) {
        return;
    }
    const char *keyword = reason_of_code(pjl->code);
    if (keyword != NULL) {
        struct sight_reason reason = { .keyword = str_of(keyword), .detail = sight->console };
        device_sight_add_reason(sight, pjl->arena, &reason);
    }
    sight->state = pjl->code == 10023 || pjl->code == 10014 ? DEVICE_PRINTING : DEVICE_IDLE;
    if (device_sight_stops(sight)) {
        bool only_off = pjl->code == 10002 || pjl->code == 40079;
        sight->state = only_off ? DEVICE_STOPPED : DEVICE_ERROR;
    } else if (pjl->offline && sight->state == DEVICE_IDLE) {
        sight->state = DEVICE_STOPPED;
    }
}

void device_sight_pjl(struct str answer, int64_t at, struct arena *arena,
                      struct device_sight *sight)
{
    struct pjl pjl = { .arena = arena, .sight = sight };
    device_sight_start(sight, DEVICE_BY_PJL, at);
    size_t from = 0;
    for (int lines = 0; from < answer.len && lines < LINES_MAX; lines++) {
        size_t end = from;
        while (end < answer.len && answer.ptr[end] != '\n' && answer.ptr[end] != '\f') {
            end++;
        }
        size_t len = end - from;
        while (len > 0 &&
               (answer.ptr[from + len - 1] == '\r' || answer.ptr[from + len - 1] == ' ')) {
            len--;
        }
        take_line(&pjl, (struct str){ answer.ptr + from, len });
        from = end + 1;
    }
    judge(&pjl);
    if (!pjl.has_status && !pjl.has_count && sight->make_and_model.len == 0) {
        device_sight_none(DEVICE_BY_PJL, at, "it answers no PJL", arena, sight);
    }
}
