// report: lists and CSV; who prints which form. See report.h.

#include "count/report_int.h"

#include "base/enc.h"
#include "pdl/detect.h"
#include <inttypes.h>

enum { NARROW = 96, PATH_LEAST = 8, FORMAT_WIDTH = 16, FOLD_LEAST = 16 };

static const struct {
    const char *media_type;
    const char *name;
} formats[] = {
    { "application/pdf", "PDF" },
    { "application/PCLm", "PCLm" },
    { "application/postscript", "PostScript" },
    { "application/vnd.hp-pcl", "PCL" },
    { "application/vnd.hp-pclxl", "PCL XL" },
    { "application/vnd.hp-hpgl", "HP-GL/2" },
    { "application/vnd.hp-pjl", "PJL" },
    { "image/pwg-raster", "PWG raster" },
    { "image/urf", "URF" },
    { "application/vnd.cups-raster", "CUPS raster" },
    { "application/oxps", "OpenXPS" },
    { "application/vnd.ms-xpsdocument", "XPS" },
    { "image/tiff", "TIFF" },
    { "image/jpeg", "JPEG" },
    { "image/png", "PNG" },
    { "application/x-escp", "ESC/P" },
    { "application/x-canon-cpca", "Canon UFR II" },
    { "application/x-qpdl", "Samsung QPDL" },
    { "application/x-kyocera-prescribe", "PRESCRIBE" },
    { "application/x-epl", "EPL" },
    { "application/x-tspl", "TSPL" },
    { "application/zip", "zip archive" },
    { "image/webp", "WebP" },
    { "image/heif", "HEIF or AVIF" },
    { "image/jxl", "JPEG XL" },
    { "image/bmp", "BMP" },
    { "image/x-portable-anymap", "Netpbm" },
    { "image/x-pcx", "PCX" },
    { "image/svg+xml", "SVG" },
    { "text/html", "HTML" },
    { "application/xml", "XML" },
    { "text/plain", "text" },
    { "application/gzip", "gzip" },
    { "application/octet-stream", "not known" },
};

const char *count_report_format(const char *media_type)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcasecmp(formats[i].media_type, media_type) == 0) {
            return formats[i].name;
        }
    }
    const char *name = pdl_detect_name(media_type);
    return name != NULL ? name : media_type;
}

// Is the format of this part one that no part before it has? The document's own is the first.
static bool is_new_format(const Quoin__V1__DocumentFacts *facts, size_t part)
{
    const char *format = facts->parts[part]->format;
    bool is_new = strcasecmp(format, facts->format) != 0;
    for (size_t i = 0; i < part && is_new; i++) {
        is_new = strcasecmp(format, facts->parts[i]->format) != 0;
    }
    return is_new;
}

const char *count_report_language(const Quoin__V1__DocumentFacts *facts, size_t index)
{
    for (size_t i = 0; i < facts->n_parts && index > 0; i++) {
        if (is_new_format(facts, i) && --index == 0) {
            return facts->parts[i]->format;
        }
    }
    return index == 0 ? facts->format : NULL;
}

static size_t language_count(const Quoin__V1__DocumentFacts *facts)
{
    size_t count = 1;
    for (size_t i = 0; i < facts->n_parts; i++) {
        count += is_new_format(facts, i);
    }
    return count;
}

void count_report_languages(struct buf *out, const Quoin__V1__DocumentFacts *facts)
{
    size_t count = language_count(facts);
    if (count == 1) {
        buf_addf(out, "%s", count_report_format(facts->format));
    } else {
        buf_addf(out, "%zu languages", count);
    }
}

const char *count_report_sides(uint32_t sides)
{
    static const char *const names[] = { "-", "one", "two, long edge", "two, short edge" };
    return sides < sizeof(names) / sizeof(names[0]) ? names[sides] : "-";
}

const char *count_report_shade(const Quoin__V1__PageRun *run)
{
    if (run->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN) {
        return "not known";
    }
    return run->color ? "colour" : run->blank ? "blank" : "grey";
}

const char *count_report_why(const Quoin__V1__DocumentFacts *facts)
{
    const Quoin__V1__PageRun *worst = NULL;
    for (size_t i = 0; i < facts->n_pages; i++) {
        const Quoin__V1__PageRun *run = facts->pages[i];
        if (run->reason[0] != '\0' && (worst == NULL || run->certainty > worst->certainty)) {
            worst = run;
        }
    }
    if (worst != NULL && worst->certainty == facts->certainty) {
        return worst->reason;
    }
    return facts->n_reasons > 0 ? facts->reasons[facts->n_reasons - 1] : "";
}

void count_report_plain(struct buf *out, const char *text)
{
    size_t before = out->len;
    buf_add(out, str_of(text));
    if (buf_ok(out) && !enc_is_plain(str_of(text))) {
        enc_make_plain(out->ptr + before, out->len - before);
    }
}

void count_report_pages(struct buf *out, uint64_t first, uint32_t count)
{
    buf_addf(out, "%" PRIu64, first);
    if (count > 1) {
        buf_addf(out, "-%" PRIu64, first + count - 1);
    }
}

static bool starts_point(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

static size_t count_points(struct str text)
{
    size_t points = 0;
    for (size_t i = 0; i < text.len; i++) {
        points += starts_point(text.ptr[i]);
    }
    return points;
}

void count_report_fold(const struct count_view *view, struct buf *out, size_t indent,
                       const char *text)
{
    size_t columns = view->columns <= 0 ? SIZE_MAX : (size_t)view->columns;
    size_t room = columns > indent + FOLD_LEAST ? columns - indent : FOLD_LEAST;
    size_t used = 0;
    while (*text != '\0') {
        size_t gap = strspn(text, " ");
        size_t len = strcspn(text + gap, " ");
        size_t points = count_points((struct str){ text + gap, len });
        if (used > 0 && used + gap + points > room) {
            buf_addf(out, "\n%*s", (int)indent, "");
            gap = used = 0;
        }
        buf_addf(out, "%*s%.*s", (int)gap, "", (int)len, text + strspn(text, " "));
        used += gap + points;
        text += strspn(text, " ") + len;
    }
    buf_addf(out, "\n");
}

// --- the list -----------------------------------------------------------------------------------

// The text within `room` columns, one a code point: of a path its end is worth more.
static void add_cut(struct buf *out, const char *text, size_t room, bool keep_end)
{
    OWN(buf_free) struct buf plain = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    count_report_plain(&plain, text);
    struct str all = buf_str(&plain);
    size_t points = count_points(all);
    if (points <= room) {
        buf_add(out, all);
        return;
    }
    size_t drop = keep_end ? points - room + 1 : room - 1; // code points before the cut
    size_t at = 0;
    for (size_t met = 0; at < all.len; at++) {
        met += starts_point(all.ptr[at]);
        if (met > drop) {
            break;
        }
    }
    struct str kept = { all.ptr, at };
    if (keep_end) {
        kept = (struct str){ all.ptr + at, all.len - at };
        buf_add(out, STR("…"));
    }
    buf_add(out, kept);
    if (!keep_end) {
        buf_add(out, STR("…"));
    }
}

static bool is_narrow(const struct count_view *view)
{
    return view->columns > 0 && view->columns < NARROW;
}

static size_t room_left(const struct count_view *view, size_t used)
{
    if (view->columns <= 0) {
        return SIZE_MAX;
    }
    size_t columns = (size_t)view->columns;
    return columns > used + PATH_LEAST ? columns - used : PATH_LEAST;
}

static void list_titles(const struct count_view *view, struct buf *out)
{
    if (is_narrow(view)) {
        buf_addf(out, "%7s %7s  %-9s  %s\n", "PAGES", "COLOUR", "CERTAINTY", "FILE");
    } else {
        buf_addf(out, "%7s %7s %7s %7s  %-9s  %-*s  %s\n", "PAGES", "COLOUR", "BLANK", "COPIES",
                 "CERTAINTY", FORMAT_WIDTH, "FORMAT", "FILE");
    }
}

static void add_number(struct buf *out, uint64_t number, bool is_known)
{
    if (is_known) {
        buf_addf(out, "%7" PRIu64 " ", number);
    } else {
        buf_addf(out, "%7s ", "?");
    }
}

static void add_format(struct buf *out, const Quoin__V1__DocumentFacts *facts)
{
    OWN(buf_free) struct buf format = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    OWN(buf_free) struct buf cut = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    count_report_languages(&format, facts);
    add_cut(&cut, format.len > 0 ? format.ptr : "", FORMAT_WIDTH, false);
    buf_add(out, buf_str(&cut));
    buf_addf(out, "%*s", (int)(FORMAT_WIDTH + 2 - count_points(buf_str(&cut))), "");
}

static void list_file(const struct count_view *view, const char *path,
                      const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    struct count_totals totals = count_facts_totals(facts);
    bool is_known = facts->certainty != QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN || totals.pages > 0;
    size_t before = out->len;
    add_number(out, totals.pages, is_known);
    add_number(out, totals.color_pages, is_known);
    if (!is_narrow(view)) {
        add_number(out, totals.blank_pages, is_known);
        if (totals.copies == 0) {
            buf_addf(out, "%7s ", "differ");
        } else {
            add_number(out, totals.copies, is_known);
        }
    }
    buf_addf(out, " %-9s  ", count_certainty_name(facts->certainty));
    if (!is_narrow(view)) {
        add_format(out, facts);
    }
    add_cut(out, path, room_left(view, out->len - before), true);
    buf_addf(out, "\n");
    const char *why = count_report_why(facts);
    if (facts->certainty > QUOIN__V1__CERTAINTY__CERTAINTY_COMPUTED && why[0] != '\0') {
        buf_addf(out, "%8s", "");
        add_cut(out, why, room_left(view, 8), false);
        buf_addf(out, "\n");
    }
}

// --- CSV ----------------------------------------------------------------------------------------

static const char csv_titles[] =
    "file,bytes,format,pages,color_pages,nominal_color_pages,blank_pages,impressions,"
    "color_impressions,copies,sides,parts,certainty,cyan,magenta,yellow,black,ink_pages,ink_error,"
    "analyser,why,error\r\n";

static void csv_text(struct buf *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        buf_add(out, str_of(text));
        return;
    }
    buf_add(out, STR("\""));
    for (; *text != '\0'; text++) {
        buf_add(out, *text == '"' ? STR("\"\"") : (struct str){ text, 1 });
    }
    buf_add(out, STR("\""));
}

// A name that a spreadsheet would take for a formula is written as the same file's other name.
static void csv_path(struct buf *out, const char *path)
{
    if (path[0] != '\0' && strchr("=+-@\t\r", path[0]) != NULL && strcmp(path, "-") != 0) {
        OWN(buf_free) struct buf named = BUF_CAP(COUNT_REPORT_BYTES_MAX);
        buf_addf(&named, "./%s", path);
        csv_text(out, named.ptr);
        return;
    }
    csv_text(out, path);
}

static void csv_ink(const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    struct count_ink ink = count_facts_ink(facts);
    if (ink.pages == 0) {
        buf_addf(out, ",,,,,,");
        return;
    }
    for (int k = 0; k < 4; k++) {
        buf_addf(out, ",%u.%02u", ink.ink[k] / 100, ink.ink[k] % 100);
    }
    buf_addf(out, ",%" PRIu64 ",%u.%02u", ink.pages, ink.error / 100, ink.error % 100);
}

static void csv_languages(const Quoin__V1__DocumentFacts *facts, struct buf *out)
{
    OWN(buf_free) struct buf all = BUF_CAP(COUNT_REPORT_BYTES_MAX);
    for (size_t i = 0; i < language_count(facts); i++) {
        buf_addf(&all, "%s%s", i > 0 ? " " : "", count_report_language(facts, i));
    }
    csv_text(out, all.len > 0 ? all.ptr : "");
}

static void csv_file(const char *path, const struct count_result *result, struct buf *out)
{
    const Quoin__V1__DocumentFacts *facts = result->facts;
    csv_path(out, path);
    if (facts == NULL) {
        buf_addf(out, ",,,,,,,,,,,,,,,,,,,,,");
        csv_text(out, result->err.text);
        buf_addf(out, "\r\n");
        return;
    }
    struct count_totals totals = count_facts_totals(facts);
    static const char *const sides[] = { "", "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge" };
    buf_addf(out, ",%" PRIu64 ",", result->bytes);
    csv_languages(facts, out);
    buf_addf(out, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",",
             totals.pages, totals.color_pages, totals.nominal_pages, totals.blank_pages,
             totals.impressions, totals.color_impressions);
    if (totals.copies > 0) {
        buf_addf(out, "%" PRIu64, totals.copies);
    }
    buf_addf(out, ",%s,%zu,%s", sides[facts->sides], facts->n_parts == 0 ? 1 : facts->n_parts,
             count_certainty_name(facts->certainty));
    csv_ink(facts, out);
    buf_addf(out, ",");
    csv_text(out, facts->analyser);
    buf_addf(out, ",");
    csv_text(out, count_report_why(facts));
    buf_addf(out, ",\r\n");
}

// --- all ----------------------------------------------------------------------------------------

void count_report_titles(const struct count_view *view, struct buf *out)
{
    if (view->form == COUNT_FORM_LIST) {
        list_titles(view, out);
    } else if (view->form == COUNT_FORM_CSV) {
        buf_addf(out, "%s", csv_titles);
    }
}

static void add_up(const struct count_result *result, struct count_sums *sums)
{
    sums->files++;
    if (result->facts == NULL) {
        sums->failed++;
        return;
    }
    struct count_totals totals = count_facts_totals(result->facts);
    sums->pages += totals.pages;
    sums->color_pages += totals.color_pages;
    sums->impressions += totals.impressions;
    sums->estimated += result->facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_ESTIMATED;
    sums->unknown += result->facts->certainty == QUOIN__V1__CERTAINTY__CERTAINTY_UNKNOWN;
}

void count_report_file(const struct count_view *view, const char *path,
                       const struct count_result *result, struct count_sums *sums, struct buf *out)
{
    add_up(result, sums);
    switch (view->form) {
    case COUNT_FORM_JSON: count_report_json(view, path, result, out); return;
    case COUNT_FORM_CSV: csv_file(path, result, out); return;
    case COUNT_FORM_LIST:
    case COUNT_FORM_RUNS:
    case COUNT_FORM_EXPLAIN: break;
    }
    if (result->facts == NULL) {
        return;
    }
    if (view->form == COUNT_FORM_LIST) {
        list_file(view, path, result->facts, out);
    } else if (view->form == COUNT_FORM_RUNS) {
        count_report_runs(view, path, result->facts, out);
    } else {
        count_report_explain(view, path, result->facts, out);
    }
}

static void add_some(struct buf *out, const char *what, uint64_t count)
{
    if (count > 0) {
        buf_addf(out, "%s: %" PRIu64, what, count);
    }
}

void count_report_sums(const struct count_sums *sums, const struct count_found *found,
                       struct buf *out)
{
    buf_addf(out, "%" PRIu64 " file%s, %" PRIu64 " page%s, %" PRIu64 " in colour", sums->files,
             sums->files == 1 ? "" : "s", sums->pages, sums->pages == 1 ? "" : "s",
             sums->color_pages);
    if (sums->impressions != sums->pages) {
        buf_addf(out, ", %" PRIu64 " with all copies", sums->impressions);
    }
    if (sums->estimated + sums->unknown + sums->failed == 0) {
        buf_addf(out, "; all certain\n");
    } else {
        add_some(out, "; estimated", sums->estimated);
        add_some(out, "; unknown", sums->unknown);
        add_some(out, "; not read", sums->failed);
        buf_addf(out, "\n");
    }
    if (found->links + found->specials > 0) {
        buf_addf(out, "passed over: %" PRIu64 " link%s, %" PRIu64 " pipe%s, sockets or devices\n",
                 found->links, found->links == 1 ? "" : "s", found->specials,
                 found->specials == 1 ? "" : "s");
    }
}
