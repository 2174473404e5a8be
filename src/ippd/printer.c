// printer: the attributes of a queue as a printer; see attr.h and printer.tbl.h.

#include "ippd/attr.h"
#include "ippd/media.h"

#include "base/buf.h"

struct face {
    struct ipp_out *out;
    const struct ippd_queue *queue;
    const struct ippd_place *place;
};

typedef void write_attr(const struct face *face, const char *name);

struct row {
    const char *name;
    bool template;
    uint8_t tag;
    const char *const *words; // these, or
    const int32_t *ints;      // these, or
    size_t count;
    write_attr *write; // this
};

static void write_true(const struct face *face, const char *name)
{
    ipp_out_bool(face->out, name, true);
}

static void write_false(const struct face *face, const char *name)
{
    ipp_out_bool(face->out, name, false);
}

static void write_no_value(const struct face *face, const char *name)
{
    ipp_out_none(face->out, name, IPP_TAG_NO_VALUE);
}

static void write_account(const struct face *face, const char *name)
{
    if (face->queue->account.len > 0) {
        ipp_out_text(face->out, IPP_TAG_NAME, name, face->queue->account);
    } else {
        ipp_out_none(face->out, name, IPP_TAG_NO_VALUE);
    }
}

// PWG 5100.13: without it a job is taken, but waits.
static void write_mandatory(const struct face *face, const char *name)
{
    if (face->queue->must_choose) {
        ipp_out_keyword(face->out, name, "job-account-id");
    }
}

static void write_unknown(const struct face *face, const char *name)
{
    ipp_out_none(face->out, name, IPP_TAG_UNKNOWN);
}

static void write_color(const struct face *face, const char *name)
{
    ipp_out_bool(face->out, name, face->queue->color);
}

static void write_copies(const struct face *face, const char *name)
{
    ipp_out_range(face->out, name, 1, IPPD_COPIES_MAX);
}

static void write_finishings(const struct face *face, const char *name)
{
    const struct ippd_finishings *can = face->queue->finishings;
    ipp_out_enum(face->out, name, IPPD_FINISHING_NONE);
    for (size_t at = 0; can != NULL && at < can->count; at++) {
        ipp_out_enum(face->out, NULL, can->values[at]);
    }
}

static bool queue_takes(const struct ippd_queue *queue, const char *name)
{
    bool ranges = strcmp(name, "page-ranges") == 0 || strcmp(name, "overrides") == 0;
    return ranges ? queue->page_ranges : strcmp(name, "number-up") == 0 ? queue->number_up : true;
}

// The job attributes that the queue takes; those of the operation only where a job is made.
static void write_taken(const struct face *face, const char *name, bool creation)
{
    static const struct {
        const char *name;
        bool creation;
    } attrs[] = {
        { "copies", false },
        { "document-format", true },
        { "document-name", true },
        { "finishings", false },
        { "ipp-attribute-fidelity", true },
        { "job-account-id", false },
        { "job-accounting-user-id", false },
        { "job-billing", false },
        { "job-hold-until", false },
        { "job-name", true },
        { "job-priority", false },
        { "job-sheets", false },
        { "media", false },
        { "media-col", false },
        { "multiple-document-handling", false },
        { "number-up", false },
        { "orientation-requested", false },
        { "output-bin", false },
        { "overrides", false },
        { "page-ranges", false },
        { "print-color-mode", false },
        { "print-content-optimize", false },
        { "print-quality", false },
        { "print-rendering-intent", false },
        { "print-scaling", false },
        { "printer-resolution", false },
        { "sides", false },
    };
    for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
        if ((creation || !attrs[i].creation) && queue_takes(face->queue, attrs[i].name)) {
            ipp_out_keyword(face->out, name, attrs[i].name);
            name = NULL; // the next are further values
        }
    }
}

static void write_creation(const struct face *face, const char *name)
{
    write_taken(face, name, true);
}

static void write_settable(const struct face *face, const char *name)
{
    write_taken(face, name, false);
}

static void write_formats(const struct face *face, const char *name)
{
    static const struct {
        enum ippd_format format;
        const char *mime;
    } formats[] = {
        { IPPD_PDF, "application/pdf" },
        { IPPD_PWG_RASTER, "image/pwg-raster" },
        { IPPD_JPEG, "image/jpeg" },
        { IPPD_URF, "image/urf" },
    };
    ipp_out_text(face->out, IPP_TAG_MIME, name, STR("application/octet-stream"));
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if ((face->queue->formats & (uint32_t)formats[i].format) != 0) {
            ipp_out_text(face->out, IPP_TAG_MIME, NULL, str_of(formats[i].mime));
        }
    }
}

static void write_features(const struct face *face, const char *name)
{
    ipp_out_keyword(face->out, name, "ipp-everywhere");
}

static void write_counts(const struct face *face, const char *name)
{
    ipp_out_range(face->out, name, 0, INT32_MAX);
}

static void write_media_col(const struct face *face, const char *name)
{
    ippd_media_write_col(face->out, name);
}

static void write_media_default(const struct face *face, const char *name)
{
    ippd_media_write_default(face->out, name);
}

static void write_media_names(const struct face *face, const char *name)
{
    ippd_media_write_names(face->out, name);
}

static void write_media_sizes(const struct face *face, const char *name)
{
    ippd_media_write_sizes(face->out, name);
}

static void write_media_types(const struct face *face, const char *name)
{
    ippd_media_write_types(face->out, name);
}

static void write_media_sources(const struct face *face, const char *name)
{
    ippd_media_write_sources(face->out, name);
}

static void write_handling(const struct face *face, const char *name)
{
    static const char *const words[] = { "separate-documents-collated-copies",
                                         "separate-documents-uncollated-copies" };
    ipp_out_texts(face->out, IPP_TAG_KEYWORD, name, words, face->queue->uncollated ? 2 : 1);
}

static void write_number_up(const struct face *face, const char *name)
{
    static const int32_t pages[] = { 1, 2, 4, 6, 9, 16 };
    ipp_out_ints(face->out, IPP_TAG_INTEGER, name, pages,
                 face->queue->number_up ? sizeof(pages) / sizeof(pages[0]) : 1);
}

static void write_operations(const struct face *face, const char *name)
{
    static const int32_t ops[] = {
#define OP(code, function, needs) (code),
#include "ippd/op.tbl.h"
#undef OP
    };
    ipp_out_ints(face->out, IPP_TAG_ENUM, name, ops, sizeof(ops) / sizeof(ops[0]));
}

static void write_overrides(const struct face *face, const char *name)
{
    static const char *const words[] = { "document-numbers", "document-number", "pages",
                                         "orientation-requested" };
    if (face->queue->page_ranges) {
        ipp_out_texts(face->out, IPP_TAG_KEYWORD, name, words, sizeof(words) / sizeof(words[0]));
    }
}

static void write_page_ranges(const struct face *face, const char *name)
{
    ipp_out_bool(face->out, name, face->queue->page_ranges);
}

static void write_speed_color(const struct face *face, const char *name)
{
    if (face->queue->color) {
        ipp_out_int(face->out, name, 30);
    }
}

static void write_color_modes(const struct face *face, const char *name)
{
    ipp_out_keyword(face->out, name, "auto");
    if (face->queue->monochrome) {
        ipp_out_keyword(face->out, NULL, "monochrome");
    }
    if (face->queue->color) {
        ipp_out_keyword(face->out, NULL, "color");
    }
}

static int32_t to_seconds(int64_t ms)
{
    int64_t seconds = ms / 1000;
    return seconds < 1 ? 1 : seconds > INT32_MAX ? INT32_MAX : (int32_t)seconds;
}

static void write_config_date(const struct face *face, const char *name)
{
    ipp_out_date(face->out, name, face->queue->config_changed_at);
}

static void write_config_time(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_seconds(face->queue->config_changed_at));
}

static void write_now(const struct face *face, const char *name)
{
    ipp_out_date(face->out, name, face->place->now);
}

// IEEE 1284: what drivers are chosen by. CMD says what languages are read here.
static void write_device_id(const struct face *face, const char *name)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1024);
    uint32_t formats = face->queue->formats;
    buf_addf(&buf, "MFG:Quoin;MDL:Queue;CMD:%s%s%s%s;", (formats & IPPD_PDF) != 0 ? "PDF," : "",
             (formats & IPPD_JPEG) != 0 ? "JPEG," : "", (formats & IPPD_URF) != 0 ? "URF," : "",
             "PWGRaster");
    ipp_out_text(face->out, IPP_TAG_TEXT, name, buf_str(&buf));
}

static void write_name(const struct face *face, const char *name)
{
    ipp_out_text(face->out, IPP_TAG_NAME, name, face->queue->name);
}

static void write_text_or(const struct face *face, const char *name, struct str text,
                          struct str absent)
{
    ipp_out_text(face->out, IPP_TAG_TEXT, name, text.len > 0 ? text : absent);
}

static void write_info(const struct face *face, const char *name)
{
    write_text_or(face, name, face->queue->info, face->queue->name);
}

static void write_location(const struct face *face, const char *name)
{
    write_text_or(face, name, face->queue->location, STR(""));
}

static void write_make(const struct face *face, const char *name)
{
    write_text_or(face, name, face->queue->make, STR("Quoin Queue"));
}

static void write_http(const struct face *face, const char *name, const char *path,
                       struct str queue)
{
    OWN(buf_free) struct buf buf = BUF_CAP(1024);
    buf_addf(&buf, "%s://%.*s%s%.*s", face->place->tls ? "https" : "http",
             (int)face->place->host.len, face->place->host.ptr, path, (int)queue.len, queue.ptr);
    ipp_out_text(face->out, IPP_TAG_URI, name, buf_str(&buf));
}

static void write_page(const struct face *face, const char *name)
{
    write_http(face, name, "/ipp/print/", face->queue->name);
}

static void write_icons(const struct face *face, const char *name)
{
    write_http(face, name, "/ipp/icon/48.png", STR(""));
    write_http(face, NULL, "/ipp/icon/128.png", STR(""));
    write_http(face, NULL, "/ipp/icon/512.png", STR(""));
}

static void write_accepting(const struct face *face, const char *name)
{
    ipp_out_bool(face->out, name, face->queue->accepting);
}

static void write_resolution(const struct face *face, const char *name)
{
    ipp_out_dpi(face->out, name, 600, 600);
}

static void write_resolutions(const struct face *face, const char *name)
{
    ipp_out_dpi(face->out, name, 300, 300);
    ipp_out_dpi(face->out, NULL, 600, 600);
}

static void write_state(const struct face *face, const char *name)
{
    ipp_out_enum(face->out, name, (int32_t)face->queue->state);
}

static void write_state_date(const struct face *face, const char *name)
{
    ipp_out_date(face->out, name, face->queue->state_changed_at);
}

static void write_state_time(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_seconds(face->queue->state_changed_at));
}

static void write_message(const struct face *face, const char *name)
{
    write_text_or(face, name, face->queue->message, STR(""));
}

static void write_reasons(const struct face *face, const char *name)
{
    ipp_out_keyword(face->out, name,
                    face->queue->state_reason == NULL ? "none" : face->queue->state_reason);
}

// PWG 5100.13: -2 is unknown. A queue is no device; its printers' supplies are the DME's to watch.
static void write_supply(const struct face *face, const char *name)
{
    ipp_out_text(face->out, IPP_TAG_OCTETS, name,
                 STR("index=1;class=supplyThatIsConsumed;type=unknown;unit=percent;"
                     "maxcapacity=100;level=-2;colorantname=unknown;"));
}

// CUPS's own, for its clients: black 4, colour 8, duplex 0x10, copies 0x20, collation 0x80.
static void write_type(const struct face *face, const char *name)
{
    ipp_out_enum(face->out, name,
                 4 | 0x20 | 0x80 | (face->queue->color ? 8 : 0) | (face->queue->duplex ? 0x10 : 0));
}

static void write_up_time(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, to_seconds(face->place->now));
}

static void write_uris(const struct face *face, const char *name)
{
    ippd_attr_write_uri(face->out, name, face->place, false, face->queue->name, 0);
    if (face->place->tls_offered) {
        ippd_attr_write_uri(face->out, NULL, face->place, true, face->queue->name, 0);
    }
}

static void write_uuid(const struct face *face, const char *name)
{
    OWN(buf_free) struct buf buf = BUF_CAP(128);
    buf_addf(&buf, "urn:uuid:%.*s", (int)face->queue->uuid.len, face->queue->uuid.ptr);
    ipp_out_text(face->out, IPP_TAG_URI, name, buf_str(&buf));
}

static void write_raster_types(const struct face *face, const char *name)
{
    static const char *const words[] = { "black_1", "sgray_8", "srgb_8" };
    ipp_out_texts(face->out, IPP_TAG_KEYWORD, name, words, face->queue->color ? 3 : 2);
}

// Apple's keywords: one copy a page, W8 and SRGB24 pixels, qualities, dots an inch, and the back of
// a sheet as pwg-raster-document-sheet-back says it. Absent where URF is not read.
static void write_urf(const struct face *face, const char *name)
{
    static const char *const words[] = { "V1.4", "CP1", "PQ3-4-5", "RS300-600", "W8" };
    if ((face->queue->formats & IPPD_URF) == 0) {
        return;
    }
    ipp_out_texts(face->out, IPP_TAG_KEYWORD, name, words, sizeof(words) / sizeof(words[0]));
    if (face->queue->color) {
        ipp_out_keyword(face->out, NULL, "SRGB24");
    }
    if (face->queue->duplex) {
        ipp_out_keyword(face->out, NULL, "DM1");
    }
}

static void write_job_count(const struct face *face, const char *name)
{
    ipp_out_int(face->out, name, (int32_t)face->queue->job_count);
}

static void write_sides(const struct face *face, const char *name)
{
    static const char *const words[] = { "one-sided", "two-sided-long-edge",
                                         "two-sided-short-edge" };
    ipp_out_texts(face->out, IPP_TAG_KEYWORD, name, words, face->queue->duplex ? 3 : 1);
}

static void write_authentication(const struct face *face, const char *name)
{
    ipp_out_keyword(face->out, name, "requesting-user-name");
    if (face->place->tls_offered) {
        ipp_out_keyword(face->out, NULL, "requesting-user-name");
    }
}

static void write_security(const struct face *face, const char *name)
{
    ipp_out_keyword(face->out, name, "none");
    if (face->place->tls_offered) {
        ipp_out_keyword(face->out, NULL, "tls");
    }
}

static const struct row rows[] = {
#define WORDS(template, tag, name, ...)                                                            \
    { (name), (template),                                                                          \
      (tag),  (const char *const[]){ __VA_ARGS__ },                                                \
      NULL,   sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *),                 \
      NULL },
#define INTS(template, tag, name, ...)                                                             \
    { (name),                                                                                      \
      (template),                                                                                  \
      (tag),                                                                                       \
      NULL,                                                                                        \
      (const int32_t[]){ __VA_ARGS__ },                                                            \
      sizeof((const int32_t[]){ __VA_ARGS__ }) / sizeof(int32_t),                                  \
      NULL },
#define WRITE(template, name, function) { (name), (template), 0, NULL, NULL, 0, (function) },
#include "ippd/printer.tbl.h"
#undef WORDS
#undef INTS
#undef WRITE
};

static void write_row(const struct face *face, const struct row *row)
{
    if (row->words != NULL) {
        ipp_out_texts(face->out, row->tag, row->name, row->words, row->count);
    } else if (row->ints != NULL) {
        ipp_out_ints(face->out, row->tag, row->name, row->ints, row->count);
    } else {
        row->write(face, row->name);
    }
}

void ippd_attr_write_printer(struct ipp_out *out, const struct ippd_queue *queue,
                             const struct ippd_place *place, const struct ippd_wanted *wanted)
{
    struct face face = { out, queue, place };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (ippd_wanted_has(wanted, rows[i].name, rows[i].template)) {
            write_row(&face, &rows[i]);
        }
    }
    if (wanted->names != NULL && ipp_attr_has(wanted->names, "media-col-database")) {
        ippd_media_write_cols(out, "media-col-database"); // never with "all", PWG 5100.11
    }
}
