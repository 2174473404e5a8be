// facts: see facts.h.

#include "pdl/facts.h"

#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>

enum { NOTE_MAX = 300 };

struct pdl_facts pdl_facts_of(struct arena *arena, const char *format, uint64_t pages_max)
{
    return (struct pdl_facts){ .arena = arena,
                               .format = format,
                               .pages_max = pages_max,
                               .copies = 1,
                               .certainty = PDL_EXACT };
}

static bool run_like(const struct pdl_run *a, const struct pdl_run *b)
{
    return a->width == b->width && a->height == b->height && a->color == b->color &&
           a->blank == b->blank && a->certainty == b->certainty && str_eq(a->reason, b->reason);
}

bool pdl_facts_add(struct pdl_facts *facts, const struct pdl_run *run, struct err *err)
{
    if (run->count > facts->pages_max - facts->pages) {
        return err_set(err, ERR_LIMIT, "over %llu pages", (unsigned long long)facts->pages_max);
    }
    facts->pages += run->count;
    if (facts->last != NULL && run_like(facts->last, run)) {
        facts->last->count += run->count;
        return true;
    }
    struct pdl_run *made = arena_new(facts->arena, sizeof(*made));
    struct str reason = arena_copy(facts->arena, run->reason);
    if (made == NULL || !arena_ok(facts->arena)) {
        return err_set(err, ERR_LIMIT, "too many pages that differ");
    }
    *made = *run;
    made->next = NULL;
    made->reason = reason;
    if (facts->last == NULL) {
        facts->first = made;
    } else {
        facts->last->next = made;
    }
    facts->last = made;
    facts->run_count++;
    return true;
}

void pdl_facts_note(struct pdl_facts *facts, enum pdl_certainty certainty, const char *fmt, ...)
{
    facts->certainty = certainty > facts->certainty ? certainty : facts->certainty;
    if (facts->reason_count == PDL_REASONS_MAX) {
        return;
    }
    char text[NOTE_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    for (size_t i = 0; i < facts->reason_count; i++) {
        if (strcmp(facts->reasons[i], text) == 0) {
            return;
        }
    }
    char *copy = arena_text(facts->arena, str_of(text));
    if (copy != NULL) {
        facts->reasons[facts->reason_count++] = copy;
    }
}

enum { HUNDREDTHS_PER_INCH = 2540, POINTS_PER_INCH = 72, LENGTH_MAX = 100000000 };

uint32_t pdl_facts_points(double points)
{
    double length = points * HUNDREDTHS_PER_INCH / POINTS_PER_INCH + 0.5;
    return length >= LENGTH_MAX ? LENGTH_MAX : length >= 1 ? (uint32_t)length : 1;
}

uint32_t pdl_facts_pixels(uint32_t pixels, uint32_t per_inch)
{
    uint64_t length = ((uint64_t)pixels * HUNDREDTHS_PER_INCH + per_inch / 2) / per_inch;
    return length >= LENGTH_MAX ? LENGTH_MAX : length >= 1 ? (uint32_t)length : 1;
}
