// csv: see csv.h.

#include "base/csv.h"

static bool csv_is_lead(char c)
{
    return c == '=' || c == '+' || c == '-' || c == '@' || c == '\t' || c == '\r';
}

// "-2.50" and "+3": no formula.
static bool csv_is_number(struct str field)
{
    size_t digits = 0;
    size_t points = 0;
    for (size_t i = 1; i < field.len; i++) {
        digits += field.ptr[i] >= '0' && field.ptr[i] <= '9' ? 1 : 0;
        points += field.ptr[i] == '.' ? 1 : 0;
    }
    return (field.ptr[0] == '-' || field.ptr[0] == '+') && digits > 0 && points <= 1 &&
           digits + points + 1 == field.len;
}

// ---- reading -----------------------------------------------------------------------------------

static bool csv_starts(struct str bytes, const char *with, size_t len)
{
    return bytes.len >= len && memcmp(bytes.ptr, with, len) == 0;
}

static void csv_pass(struct str *bytes, size_t len)
{
    *bytes = (struct str){ bytes->ptr + len, bytes->len - len };
}

// Of ',', ';' and tab the one that the first line has most of, outside quotes.
static char csv_separator(struct str bytes)
{
    static const char separators[] = { ',', ';', '\t' };
    size_t counts[sizeof(separators)] = { 0 };
    bool quoted = false;
    for (size_t i = 0; i < bytes.len; i++) {
        char c = bytes.ptr[i];
        if (!quoted && (c == '\n' || c == '\r')) {
            break;
        }
        quoted = c == '"' ? !quoted : quoted;
        for (size_t k = 0; k < sizeof(separators); k++) {
            counts[k] += !quoted && c == separators[k] ? 1 : 0;
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < sizeof(separators); k++) {
        best = counts[k] > counts[best] ? k : best;
    }
    return separators[best];
}

bool csv_begin(struct csv *csv, struct str *bytes, struct err *err)
{
    *csv = (struct csv){ .line = 1 };
    if (csv_starts(*bytes, "\xff\xfe", 2) || csv_starts(*bytes, "\xfe\xff", 2)) {
        return err_set(err, ERR_INVALID, "the file is UTF-16; save it as \"CSV UTF-8\"");
    }
    if (csv_starts(*bytes, "\xef\xbb\xbf", 3)) {
        csv_pass(bytes, 3);
    }
    csv->separator = csv_separator(*bytes);
    if (csv_starts(*bytes, "sep=", 4) && bytes->len > 5 &&
        memchr(",;\t|", bytes->ptr[4], 4) != NULL &&
        (bytes->ptr[5] == '\n' || bytes->ptr[5] == '\r')) {
        csv->separator = bytes->ptr[4];
        bool two = bytes->ptr[5] == '\r' && bytes->len > 6 && bytes->ptr[6] == '\n';
        csv_pass(bytes, two ? 7 : 6);
        csv->line = 2;
    }
    return true;
}

// One record on its way.
struct csv_walk {
    struct str bytes;
    size_t at;
    size_t used; // of the record's text
    uint64_t lines;
    bool cut; // the bytes end inside the record
    const char *wrong;
};

static void csv_put(struct csv_walk *walk, struct csv_record *record, char c)
{
    record->text[walk->used++] = c; // never more than the record's bytes, which were counted
}

// From the quote on; past the closing one.
static void csv_quoted(struct csv_walk *walk, struct csv_record *record)
{
    struct str bytes = walk->bytes;
    for (walk->at++; walk->at < bytes.len; walk->at++) {
        char c = bytes.ptr[walk->at];
        if (c == '"' && walk->at + 1 < bytes.len && bytes.ptr[walk->at + 1] == '"') {
            walk->at++;
        } else if (c == '"') {
            walk->at++;
            return;
        }
        bool end = c == '\n' ||
                   (c == '\r' && (walk->at + 1 >= bytes.len || bytes.ptr[walk->at + 1] != '\n'));
        walk->lines += end ? 1 : 0;
        csv_put(walk, record, c);
    }
    walk->cut = true;
}

static bool csv_ends(const struct csv *csv, char c)
{
    return c == csv->separator || c == '\n' || c == '\r';
}

static void csv_field(const struct csv *csv, struct csv_walk *walk, struct csv_record *record)
{
    struct str bytes = walk->bytes;
    size_t start = walk->used;
    if (walk->at < bytes.len && bytes.ptr[walk->at] == '"') {
        csv_quoted(walk, record);
        if (!walk->cut && walk->at < bytes.len && !csv_ends(csv, bytes.ptr[walk->at])) {
            walk->wrong = "text follows a closing quote; a quote inside quotes is written twice";
        }
    }
    while (walk->at < bytes.len && !csv_ends(csv, bytes.ptr[walk->at])) {
        if (bytes.ptr[walk->at] == '"' && walk->wrong == NULL) {
            walk->wrong = "a quote stands in a field that does not begin with one";
        }
        csv_put(walk, record, bytes.ptr[walk->at++]);
    }
    struct str field = { record->text + start, walk->used - start };
    if (field.len >= 2 && field.ptr[0] == '\'' &&
        (csv_is_lead(field.ptr[1]) || field.ptr[1] == '\'')) {
        csv_pass(&field, 1);
    }
    if (record->count < CSV_FIELDS_MAX) {
        record->fields[record->count++] = field;
    } else {
        walk->wrong = "it has more fields than any file here";
    }
}

// Past the line end, which may be two bytes. False: it cannot be told yet.
static bool csv_line_end(struct csv_walk *walk, bool last)
{
    struct str bytes = walk->bytes;
    if (walk->at >= bytes.len) {
        return last;
    }
    bool maybe_two = bytes.ptr[walk->at] == '\r';
    if (maybe_two && walk->at + 1 >= bytes.len && !last) {
        return false;
    }
    walk->at += maybe_two && walk->at + 1 < bytes.len && bytes.ptr[walk->at + 1] == '\n' ? 2 : 1;
    walk->lines++;
    return true;
}

// A record of which no end is seen where one must be: all that is left is not to be trusted.
static enum csv_found csv_endless(struct csv *csv, struct str *bytes, struct err *err)
{
    err_fill(err, ERR_INVALID,
             "line %llu: a quote is not closed, or the record is over %d bytes; what follows was "
             "not read",
             (unsigned long long)csv->line, CSV_RECORD_MAX);
    csv_pass(bytes, bytes->len);
    return CSV_WRONG;
}

static void csv_blank_lines(struct csv *csv, struct str *bytes, bool last)
{
    while (bytes->len > 0 && (bytes->ptr[0] == '\n' || bytes->ptr[0] == '\r')) {
        if (bytes->ptr[0] == '\r' && bytes->len == 1 && !last) {
            return;
        }
        bool two = bytes->ptr[0] == '\r' && bytes->len > 1 && bytes->ptr[1] == '\n';
        csv_pass(bytes, two ? 2 : 1);
        csv->line++;
    }
}

enum csv_found csv_next(struct csv *csv, struct str *bytes, bool last, struct csv_record *record,
                        struct err *err)
{
    csv_blank_lines(csv, bytes, last);
    if (bytes->len == 0) {
        return last ? CSV_END : CSV_MORE;
    }
    bool whole = bytes->len <= CSV_RECORD_MAX;
    struct csv_walk walk = { .bytes = { bytes->ptr, whole ? bytes->len : CSV_RECORD_MAX } };
    bool ends = whole && last;
    record->count = 0;
    record->line = csv->line;
    do {
        walk.at += record->count > 0 ? 1 : 0; // the separator
        csv_field(csv, &walk, record);
    } while (!walk.cut && walk.at < walk.bytes.len && walk.bytes.ptr[walk.at] == csv->separator &&
             record->count < CSV_FIELDS_MAX);
    while (!walk.cut && walk.at < walk.bytes.len && walk.bytes.ptr[walk.at] != '\n' &&
           walk.bytes.ptr[walk.at] != '\r') {
        walk.wrong = "it has more fields than any file here";
        walk.at++;
    }
    if (walk.cut || !csv_line_end(&walk, ends)) {
        return whole && !last ? CSV_MORE : csv_endless(csv, bytes, err);
    }
    csv_pass(bytes, walk.at);
    csv->line += walk.lines;
    if (walk.wrong == NULL && memchr(record->text, '\0', walk.used) != NULL) {
        walk.wrong = "it has a NUL character";
    }
    if (walk.wrong != NULL) {
        err_fill(err, ERR_INVALID, "line %llu: %s", (unsigned long long)record->line, walk.wrong);
        return CSV_WRONG;
    }
    return CSV_RECORD;
}

// ---- writing -----------------------------------------------------------------------------------

void csv_add(struct buf *buf, char separator, bool first, struct str field)
{
    bool guard = field.len > 0 && csv_is_lead(field.ptr[0]) && !csv_is_number(field);
    guard = guard || (field.len > 1 && field.ptr[0] == '\'' &&
                      (csv_is_lead(field.ptr[1]) || field.ptr[1] == '\''));
    bool quote = field.len > 0 && (field.ptr[0] == ' ' || field.ptr[field.len - 1] == ' ');
    for (size_t i = 0; i < field.len && !quote; i++) {
        char c = field.ptr[i];
        quote = c == separator || c == '"' || c == '\n' || c == '\r';
    }
    if (!first) {
        buf_add(buf, (struct str){ &separator, 1 });
    }
    buf_add(buf, quote ? STR("\"") : STR(""));
    buf_add(buf, guard ? STR("'") : STR(""));
    for (size_t i = 0; i < field.len; i++) {
        buf_add(buf, field.ptr[i] == '"' ? STR("\"\"") : (struct str){ field.ptr + i, 1 });
    }
    buf_add(buf, quote ? STR("\"") : STR(""));
}

void csv_add_end(struct buf *buf)
{
    buf_add(buf, STR("\r\n"));
}
