// report_json: one document as one line of JSON. See report.h.
// no unit test: tests/unit/count/test_report.c reads what it prints.

#include "count/report_int.h"

#include "base/json.h"

enum { REASONS_MAX = 1000, TEXT_MAX = 4096 };

static void reasons(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    uint64_t page = 1;
    int written = 0;
    json_key(json, "reasons");
    json_array(json);
    for (size_t i = 0; i < facts->n_reasons; i++) {
        json_str(json, str_of(facts->reasons[i]));
    }
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        if (run->reason[0] != '\0' && written++ < REASONS_MAX) {
            OWN(buf_free) struct buf text = BUF_CAP(COUNT_REPORT_BYTES_MAX);
            buf_addf(&text, "page%s ", run->count == 1 ? "" : "s");
            count_report_pages(&text, page, run->count);
            buf_addf(&text, " %s %s: %s", run->count == 1 ? "is" : "are", count_report_shade(run),
                     run->reason);
            json_str(json, buf_str(&text));
        }
        page += run->count;
    }
    json_end(json);
}

// In basis points: hundredths of a per cent.
static void ink(struct json *json, const Quoin__V1__Coverage *of)
{
    json_key(json, "ink_basis_points");
    json_object(json);
    json_int_field(json, "cyan", of->cyan);
    json_int_field(json, "magenta", of->magenta);
    json_int_field(json, "yellow", of->yellow);
    json_int_field(json, "black", of->black);
    json_int_field(json, "error", of->error);
    json_end(json);
}

static void mean_ink(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    struct count_ink mean = count_facts_ink(facts);
    if (mean.pages == 0) {
        json_key(json, "ink_basis_points");
        json_null(json);
        return;
    }
    const Quoin__V1__Coverage of = { .cyan = mean.ink[0],
                                     .magenta = mean.ink[1],
                                     .yellow = mean.ink[2],
                                     .black = mean.ink[3],
                                     .error = mean.error };
    ink(json, &of);
    json_int_field(json, "ink_pages", (int64_t)mean.pages);
}

static void sides(struct json *json, uint32_t which)
{
    static const char *const names[] = { NULL, "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge" };
    json_key(json, "sides");
    if (which == 0) {
        json_null(json);
    } else {
        json_str(json, str_of(names[which]));
    }
}

static void place(struct json *json, const Quoin__V1__PageRun *run)
{
    if (run->place_kind == QUOIN__V1__PLACE__PLACE_BYTE) {
        json_int_field(json, "at_byte", (int64_t)run->place);
    } else if (run->place_kind == QUOIN__V1__PLACE__PLACE_OBJECT) {
        json_int_field(json, "at_object", (int64_t)run->place);
    }
}

static void page_runs(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    uint64_t page = 1;
    json_key(json, "page_runs");
    json_array(json);
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        json_object(json);
        json_int_field(json, "first", (int64_t)page);
        page += run->count;
        json_int_field(json, "last", (int64_t)page - 1);
        json_int_field(json, "width_hundredths_mm", run->width);
        json_int_field(json, "height_hundredths_mm", run->height);
        json_bool_field(json, "color", run->color);
        json_bool_field(json, "nominal_color", run->nominal_color);
        json_bool_field(json, "blank", run->blank);
        json_int_field(json, "copies", run->copies == 0 ? 1 : run->copies);
        sides(json, run->sides);
        json_bool_field(json, "new_sheet", run->new_sheet);
        json_text_field(json, "certainty", count_certainty_name(run->certainty));
        place(json, run);
        json_text_field(json, "reason", run->reason);
        if (run->coverage != NULL) {
            ink(json, run->coverage);
        }
        json_end(json);
    }
    json_end(json);
}

static void parts(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    json_key(json, "parts");
    json_array(json);
    for (size_t i = 0; i < facts->n_parts; i++) {
        const Quoin__V1__DocumentPart *part = facts->parts[i];
        json_object(json);
        json_text_field(json, "format", part->format);
        json_int_field(json, "runs", part->runs);
        json_int_field(json, "copies", part->copies);
        json_int_field(json, "offset", (int64_t)part->offset);
        json_int_field(json, "length", (int64_t)part->length);
        json_text_field(json, "certainty", count_certainty_name(part->certainty));
        json_end(json);
    }
    json_end(json);
}

static void formats(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    json_key(json, "formats");
    json_array(json);
    const char *format = count_report_language(facts, 0);
    for (size_t i = 1; format != NULL; i++) {
        json_str(json, str_of(format));
        format = count_report_language(facts, i);
    }
    json_end(json);
}

// Null where pages or parts differ.
static void copies(struct json *json, const struct count_totals *totals)
{
    json_key(json, "copies");
    if (totals->copies == 0) {
        json_null(json);
    } else {
        json_int(json, (int64_t)totals->copies);
    }
}

static void facts_fields(const struct count_view *view, struct json *json,
                         const Quoin__V1__DocumentFacts *facts)
{
    struct count_totals totals = count_facts_totals(facts);
    json_text_field(json, "format", facts->format);
    json_int_field(json, "pages", (int64_t)totals.pages);
    json_int_field(json, "color_pages", (int64_t)totals.color_pages);
    json_int_field(json, "blank_pages", (int64_t)totals.blank_pages);
    copies(json, &totals);
    json_text_field(json, "certainty", count_certainty_name(facts->certainty));
    reasons(json, facts);
    json_int_field(json, "nominal_color_pages", (int64_t)totals.nominal_pages);
    json_int_field(json, "impressions", (int64_t)totals.impressions);
    json_int_field(json, "color_impressions", (int64_t)totals.color_impressions);
    sides(json, facts->sides);
    formats(json, facts);
    json_text_field(json, "analyser", facts->analyser);
    if (view->coverage) {
        mean_ink(json, facts);
    }
    if (view->pages) {
        parts(json, facts);
        page_runs(json, facts);
    }
}

void count_report_json(const struct count_view *view, const char *path,
                       const struct count_result *result, struct buf *out)
{
    struct json json = json_to(out);
    json_object(&json);
    json_text_field(&json, "file", path);
    if (result->facts == NULL) {
        json_text_field(&json, "error", result->err.text);
    } else {
        json_int_field(&json, "bytes", (int64_t)result->bytes);
        facts_fields(view, &json, result->facts);
    }
    json_end(&json);
    buf_add(out, STR("\n"));
}
