// cli/explain_json: see explain_json.h. What is not known is null, never a made-up number.
#include "cli/explain_json.h"

#include "base/enc.h"
#include "base/json.h"
#include "cli/charge.h"
#include "cli/job.h"
#include "cli/out.h"
#include "count/count.h"
#include "model/page.h"

static void hex_field(struct json *json, const char *key, const ProtobufCBinaryData *bytes)
{
    OWN(buf_free) struct buf hex = BUF_CAP(256);
    enc_hex_add(&hex, bytes->data, bytes->len);
    json_key(json, key);
    json_str(json, buf_str(&hex));
}

void cli_entry_json(struct json *json, const Quoin__V1__Entry *entry)
{
    json_int_field(json, "sequence", entry->sequence);
    json_text_field(json, "kind", entry->kind);
    json_text_field(json, "debit", entry->debit);
    json_text_field(json, "credit", entry->credit);
    cli_json_money(json, "amount", entry->amount);
    hex_field(json, "transfer", &entry->transfer);
    json_text_field(json, "why", entry->why);
    json_text_field(json, "by", entry->by);
    cli_json_time(json, "at", entry->at);
    hex_field(json, "hash", &entry->hash);
}

static void texts(struct json *json, const char *key, size_t count, char *const *list)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_str(json, str_of(list[i]));
    }
    json_end(json);
}

static void sides(struct json *json, uint32_t which)
{
    static const char *const names[] = { NULL, "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge" };
    json_key(json, "sides");
    if (which == 0 || which >= sizeof(names) / sizeof(names[0])) {
        json_null(json);
    } else {
        json_str(json, str_of(names[which]));
    }
}

static void pages(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    json_key(json, "pages");
    json_array(json);
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        json_object(json);
        json_int_field(json, "count", run->count);
        json_int_field(json, "width", run->width);
        json_int_field(json, "height", run->height);
        json_bool_field(json, "color", run->color);
        json_bool_field(json, "nominal_color", run->nominal_color);
        json_bool_field(json, "blank", run->blank);
        json_int_field(json, "copies", run->copies == 0 ? 1 : run->copies);
        sides(json, run->sides);
        json_bool_field(json, "new_sheet", run->new_sheet);
        json_text_field(json, "certainty", count_certainty_name(run->certainty));
        if (run->place_kind == QUOIN__V1__PLACE__PLACE_BYTE) {
            json_int_field(json, "at_byte", (int64_t)run->place);
        } else if (run->place_kind == QUOIN__V1__PLACE__PLACE_OBJECT) {
            json_int_field(json, "at_object", (int64_t)run->place);
        }
        json_text_field(json, "reason", run->reason);
        json_end(json);
    }
    json_end(json);
}

static void parts(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    json_key(json, "parts");
    json_array(json);
    size_t run = 0;
    for (size_t i = 0; i < facts->n_parts; i++) {
        const Quoin__V1__DocumentPart *part = facts->parts[i];
        json_object(json);
        json_text_field(json, "format", part->format);
        json_int_field(json, "pages", (int64_t)cli_part_pages(facts, part, &run));
        json_int_field(json, "copies", part->copies);
        json_int_field(json, "offset", (int64_t)part->offset);
        json_int_field(json, "length", (int64_t)part->length);
        json_text_field(json, "certainty", count_certainty_name(part->certainty));
        json_end(json);
    }
    json_end(json);
}

static void facts(struct json *json, const Quoin__V1__DocumentFacts *facts)
{
    json_key(json, "facts");
    if (facts == NULL) {
        json_null(json);
        return;
    }
    json_object(json);
    json_text_field(json, "format", facts->format);
    json_text_field(json, "analyser", facts->analyser);
    hex_field(json, "sha256", &facts->sha256);
    json_text_field(json, "certainty", count_certainty_name(facts->certainty));
    texts(json, "reasons", facts->n_reasons, facts->reasons);
    pages(json, facts);
    parts(json, facts);
    json_end(json);
}

static void classes(struct json *json, const Quoin__V1__Work *work)
{
    json_key(json, "classes");
    json_array(json);
    size_t count = work == NULL ? 0 : work->n_classes;
    for (size_t i = 0; i < count; i++) {
        const Quoin__V1__PageClass *class = work->classes[i];
        bool known = class->size < PAGE_SIZE_COUNT;
        json_object(json);
        json_text_field(json, "size", known ? page_size_name((enum page_size) class->size) : "");
        json_bool_field(json, "color", class->color);
        json_bool_field(json, "blank", class->blank);
        json_bool_field(json, "two_sided", class->two_sided);
        json_int_field(json, "pages", class->pages);
        json_int_field(json, "sheets", class->sheets);
        json_end(json);
    }
    json_end(json);
}

// What is on the pages and who asked for copies; null where it was not counted.
void cli_job_pages_json(struct json *json, const Quoin__V1__JobDetail *detail)
{
    const Quoin__V1__DocumentFacts *facts = detail->facts;
    if (facts == NULL) {
        json_key(json, "page_counts");
        json_null(json);
        json_key(json, "copies_by");
        json_null(json);
        return;
    }
    struct count_totals totals = count_facts_totals(facts);
    struct cli_copies copies = cli_copies_of(facts);
    json_key(json, "page_counts");
    json_object(json);
    json_int_field(json, "document", (int64_t)totals.pages);
    json_int_field(json, "color", (int64_t)totals.color_pages);
    json_int_field(json, "nominal_color", (int64_t)totals.nominal_pages);
    json_int_field(json, "blank", (int64_t)totals.blank_pages);
    json_int_field(json, "parts", (int64_t)copies.parts);
    json_int_field(json, "impressions", detail->computed);
    json_end(json);
    json_key(json, "copies_by");
    json_object(json);
    json_int_field(json, "job", detail->job->copies);
    json_key(json, "parts");
    json_array(json);
    for (size_t i = 0; i < copies.parts; i++) {
        json_int(json, facts->n_parts == 0 ? facts->copies : facts->parts[i]->copies);
    }
    json_end(json);
    json_int_field(json, "page_most", copies.page_most);
    json_end(json);
}

static void lines(struct json *json, const char *key, size_t count,
                  Quoin__V1__PriceLine *const *list)
{
    json_key(json, key);
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_text_field(json, "what", list[i]->what);
        json_int_field(json, "quantity", list[i]->quantity);
        cli_json_money(json, "each", list[i]->each);
        cli_json_money(json, "amount", list[i]->amount);
        json_text_field(json, "rule", list[i]->rule);
        json_end(json);
    }
    json_end(json);
}

static void legs(struct json *json, size_t count, Quoin__V1__Share *const *list)
{
    json_key(json, "legs");
    json_array(json);
    for (size_t i = 0; i < count; i++) {
        json_object(json);
        json_text_field(json, "account", list[i]->account);
        json_int_field(json, "parts", list[i]->parts);
        cli_json_money(json, "amount", list[i]->amount);
        json_end(json);
    }
    json_end(json);
}

// What the rules and prices were shown, besides the pages.
static void work(struct json *json, const char *key, const Quoin__V1__Work *asked)
{
    json_key(json, key);
    if (asked == NULL) {
        json_null(json);
        return;
    }
    json_object(json);
    json_text_field(json, "queue", asked->queue);
    json_text_field(json, "printer", asked->printer);
    json_text_field(json, "pull_group", asked->pull_group);
    json_text_field(json, "printer_state", asked->printer_state);
    json_text_field(json, "account", asked->account);
    legs(json, asked->n_shares, asked->shares);
    json_text_field(json, "format", asked->format);
    json_text_field(json, "media", asked->media);
    json_text_field(json, "media_type", asked->media_type);
    json_text_field(json, "media_source", asked->media_source);
    json_int_field(json, "copies", asked->copies);
    json_key(json, "finishings");
    json_object(json);
    for (size_t i = 0; i < asked->n_finishings; i++) {
        json_int_field(json, asked->finishings[i]->kind, asked->finishings[i]->count);
    }
    json_end(json);
    classes(json, asked);
    json_end(json);
}

static void steps(struct json *json, const Quoin__V1__Decision *made)
{
    json_key(json, "steps");
    json_array(json);
    for (size_t i = 0; i < made->n_steps; i++) {
        const Quoin__V1__DecisionStep *step = made->steps[i];
        json_object(json);
        json_text_field(json, "rule", step->rule);
        json_text_field(json, "source", step->source);
        json_key(json, "values");
        json_object(json);
        for (size_t k = 0; k < step->n_values; k++) {
            json_text_field(json, step->values[k]->name, step->values[k]->value);
        }
        json_end(json);
        json_end(json);
    }
    json_end(json);
}

static void decision(struct json *json, const Quoin__V1__Decision *made)
{
    json_key(json, "decision");
    if (made == NULL) {
        json_null(json);
        return;
    }
    json_object(json);
    json_text_field(json, "verdict", made->verdict);
    json_text_field(json, "text", made->text);
    json_text_field(json, "set", made->set);
    json_int_field(json, "version", made->version);
    json_text_field(json, "rule", made->rule);
    json_text_field(json, "route", made->route);
    json_text_field(json, "sides", made->sides);
    json_text_field(json, "color_mode", made->color_mode);
    json_bool_field(json, "ask_account", made->ask_account);
    json_int_field(json, "charge_parts", made->charge_parts == 0 ? 1000000 : made->charge_parts);
    texts(json, "notices", made->n_notices, made->notices);
    steps(json, made);
    json_end(json);
}

// The job as it was before policy changed it; null where it did not.
static void before(struct json *json, const Quoin__V1__JobCourse *course)
{
    json_key(json, "before");
    if (course == NULL || course->before == NULL) {
        json_null(json);
        return;
    }
    json_object(json);
    work(json, "work", course->before);
    texts(json, "plan", course->n_plan_before, course->plan_before);
    cli_json_money(json, "amount", course->amount_before);
    lines(json, "lines", course->n_lines_before, course->lines_before);
    json_end(json);
}

static void reservation(struct json *json, const Quoin__V1__Reservation *made)
{
    json_key(json, "reservation");
    if (made == NULL) {
        json_null(json);
        return;
    }
    json_object(json);
    hex_field(json, "id", &made->id);
    cli_json_money(json, "amount", made->amount);
    json_int_field(json, "price_version", made->price_version);
    cli_json_money(json, "balance", made->balance);
    cli_json_money(json, "reserved", made->reserved);
    cli_json_money(json, "limit", made->overdraft);
    cli_json_time(json, "at", made->at);
    cli_json_money(json, "real_cost", made->real_cost);
    legs(json, made->n_legs, made->legs);
    lines(json, "lines", made->n_lines, made->lines);
    json_end(json);
}

static void settlement(struct json *json, const Quoin__V1__Settlement *made)
{
    json_key(json, "settlement");
    if (made == NULL) {
        json_null(json);
        return;
    }
    json_object(json);
    cli_json_money(json, "charged", made->charged);
    cli_json_money(json, "given_back", made->given_back);
    cli_json_money(json, "balance", made->balance);
    cli_json_money(json, "reserved", made->reserved);
    cli_json_time(json, "at", made->at);
    cli_json_money(json, "real_cost", made->real_cost);
    legs(json, made->n_legs, made->legs);
    lines(json, "lines", made->n_lines, made->lines);
    json_end(json);
}

static void events(struct json *json, const Quoin__V1__JobDetail *detail)
{
    json_key(json, "events");
    json_array(json);
    for (size_t i = 0; i < detail->n_events; i++) {
        json_object(json);
        cli_json_time(json, "at", detail->events[i]->at);
        json_text_field(json, "what", detail->events[i]->what);
        json_text_field(json, "detail", detail->events[i]->detail);
        json_end(json);
    }
    json_end(json);
}

static void counts(struct json *json, const Quoin__V1__JobDetail *detail)
{
    json_int_field(json, "claimed", detail->claimed);
    json_int_field(json, "computed", detail->computed);
    json_key(json, "observed");
    if (detail->observed_known) {
        json_int(json, detail->observed);
    } else {
        json_null(json);
    }
}

void cli_job_now_json(struct json *json, const char *now)
{
    json_key(json, "user_now");
    if (now == NULL) {
        json_null(json);
    } else {
        json_str(json, str_of(now));
    }
}

void cli_explain_json(struct buf *out, const Quoin__V1__JobDetail *detail,
                      const Quoin__V1__ListEntriesReply *entries, const Quoin__V1__Charge *charge,
                      const char *now)
{
    struct json json = json_to(out);
    json_object(&json);
    cli_job_json(&json, detail->job);
    cli_job_now_json(&json, now);
    json_text_field(&json, "uuid", detail->uuid);
    json_text_field(&json, "claimed_user", detail->claimed_user);
    json_text_field(&json, "identity", detail->identity);
    json_text_field(&json, "from", detail->from);
    facts(&json, detail->facts);
    cli_job_pages_json(&json, detail);
    texts(&json, "plan", detail->n_plan, detail->plan);
    classes(&json, detail->work);
    work(&json, "work", detail->work);
    decision(&json, detail->decision);
    before(&json, detail->course);
    reservation(&json, detail->reservation);
    json_text_field(&json, "refusal", detail->refusal);
    json_text_field(&json, "printer", detail->printer);
    json_text_field(&json, "printer_uri", detail->printer_uri);
    events(&json, detail);
    counts(&json, detail);
    settlement(&json, detail->settlement);
    json_key(&json, "charge");
    if (charge == NULL) {
        json_null(&json);
    } else {
        cli_charge_json(&json, charge);
    }
    json_key(&json, "entries");
    if (entries == NULL) {
        json_null(&json);
    } else {
        json_array(&json);
        for (size_t i = 0; i < entries->n_entries; i++) {
            json_object(&json);
            cli_entry_json(&json, entries->entries[i]);
            json_end(&json);
        }
        json_end(&json);
    }
    json_end(&json);
    buf_addf(out, "\n");
}
