// options: see options.h.
//
//   options = *( blank / option )     option = name [ "=" value ]     (cupsParseOptions)
//   value = *( byte / "\" byte / 'text' / "text" ) / "{" … "}"

#include "cupsd/options.h"

#include "base/enc.h"
#include "base/num.h"

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static char take(struct str *text)
{
    char byte = text->ptr[0];
    *text = (struct str){ text->ptr + 1, text->len - 1 };
    return byte;
}

static bool keep(struct cupsd_option *option, size_t *len, char byte)
{
    if (*len >= CUPSD_OPTION_MAX) {
        return false;
    }
    option->value[(*len)++] = byte;
    return true;
}

static void read_value(struct str *text, struct cupsd_option *option)
{
    size_t len = 0;
    bool fits = true;
    unsigned depth = 0;
    char quote = '\0';
    while (text->len > 0) {
        char byte = text->ptr[0];
        if (quote == '\0' && depth == 0 && is_blank(byte)) {
            break;
        }
        (void)take(text);
        if (byte == '\\' && text->len > 0) {
            fits = keep(option, &len, take(text)) && fits;
        } else if (quote != '\0') {
            if (byte == quote && depth == 0) {
                quote = '\0';
                continue;
            }
            quote = byte == quote ? '\0' : quote;
            fits = keep(option, &len, byte) && fits;
        } else if (byte == '\'' || byte == '"') {
            quote = byte;
            fits = (depth == 0 || keep(option, &len, byte)) && fits;
        } else {
            depth += byte == '{';
            depth -= byte == '}' && depth > 0;
            fits = keep(option, &len, byte) && fits;
        }
    }
    option->value[fits ? len : 0] = '\0';
}

bool cupsd_options_next(struct str *text, struct cupsd_option *option)
{
    while (text->len > 0 && is_blank(text->ptr[0])) {
        (void)take(text);
    }
    if (text->len == 0) {
        return false;
    }
    size_t len = 0;
    while (len < text->len && text->ptr[len] != '=' && !is_blank(text->ptr[len])) {
        len++;
    }
    option->name = (struct str){ text->ptr, len };
    *text = (struct str){ text->ptr + len, text->len - len };
    if (text->len > 0 && text->ptr[0] == '=') {
        (void)take(text);
        read_value(text, option);
        return true;
    }
    bool no = len > 2 && memcmp(option->name.ptr, "no", 2) == 0;
    if (no) {
        option->name = (struct str){ option->name.ptr + 2, len - 2 };
    }
    memcpy(option->value, no ? "false" : "true", no ? 6 : 5);
    return true;
}

bool cupsd_options_find(struct str text, const char *name, struct cupsd_option *option)
{
    while (cupsd_options_next(&text, option)) {
        if (str_eq(option->name, str_of(name))) {
            return true;
        }
    }
    return false;
}

// --- attributes ---------------------------------------------------------------------------------

enum kind { KEYWORD, NAME, INTEGER, ENUM, RANGES };

static const struct attr {
    const char *name;
    enum kind kind;
} attrs[] = {
    { "sides", KEYWORD },
    { "media", KEYWORD },
    { "number-up", INTEGER },
    { "page-ranges", RANGES },
    { "print-color-mode", KEYWORD },
    { "print-quality", ENUM },
    { "print-scaling", KEYWORD },
    { "print-content-optimize", KEYWORD },
    { "orientation-requested", ENUM },
    { "output-bin", KEYWORD },
    { "finishings", ENUM },
    { "multiple-document-handling", KEYWORD },
    { "job-account-id", NAME },
    { "job-accounting-user-id", NAME },
};

// What PPD files of old say, as IPP says it.
static const struct {
    const char *name;
    const char *value;
    const char *attr;
    const char *word;
} words[] = {
    { "Duplex", "None", "sides", "one-sided" },
    { "Duplex", "DuplexNoTumble", "sides", "two-sided-long-edge" },
    { "Duplex", "DuplexTumble", "sides", "two-sided-short-edge" },
    { "ColorModel", "Gray", "print-color-mode", "monochrome" },
    { "ColorModel", "RGB", "print-color-mode", "color" },
    { "PageSize", "A3", "media", "iso_a3_297x420mm" },
    { "PageSize", "A4", "media", "iso_a4_210x297mm" },
    { "PageSize", "A5", "media", "iso_a5_148x210mm" },
    { "PageSize", "Letter", "media", "na_letter_8.5x11in" },
    { "PageSize", "Legal", "media", "na_legal_8.5x14in" },
    { "media", "A3", "media", "iso_a3_297x420mm" },
    { "media", "A4", "media", "iso_a4_210x297mm" },
    { "media", "A5", "media", "iso_a5_148x210mm" },
    { "media", "Letter", "media", "na_letter_8.5x11in" },
    { "media", "Legal", "media", "na_legal_8.5x14in" },
};

static bool is_keyword(struct str value)
{
    for (size_t at = 0; at < value.len; at++) {
        char byte = value.ptr[at];
        bool word = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
                    byte == '_' || byte == '.';
        if (!word) {
            return false;
        }
    }
    return value.len > 0;
}

static struct str part(struct str *list)
{
    const char *comma = memchr(list->ptr, ',', list->len);
    struct str one = { list->ptr, comma == NULL ? list->len : (size_t)(comma - list->ptr) };
    size_t past = comma == NULL ? one.len : one.len + 1;
    *list = (struct str){ list->ptr + past, list->len - past };
    return one;
}

static void write_numbers(const struct attr *attr, struct str value, struct ipp_out *out)
{
    const char *name = attr->name;
    while (value.len > 0) {
        uint64_t number = 0;
        if (!num_u64(part(&value), INT32_MAX, &number)) {
            return;
        }
        if (attr->kind == ENUM) {
            ipp_out_enum(out, name, (int32_t)number);
        } else {
            ipp_out_int(out, name, (int32_t)number);
        }
        name = NULL;
        if (attr->kind == INTEGER) {
            return;
        }
    }
}

// "1-4,7,9-": an end that is open is the last page there can be.
static bool read_range(struct str text, uint64_t *from, uint64_t *to)
{
    const char *dash = memchr(text.ptr, '-', text.len);
    if (dash == NULL) {
        return num_u64(text, INT32_MAX, from) && num_u64(text, INT32_MAX, to) && *from > 0;
    }
    struct str first = { text.ptr, (size_t)(dash - text.ptr) };
    struct str last = { dash + 1, text.len - first.len - 1 };
    *from = 1;
    *to = INT32_MAX;
    return (first.len == 0 || num_u64(first, INT32_MAX, from)) &&
           (last.len == 0 || num_u64(last, INT32_MAX, to)) && *from > 0 && *from <= *to;
}

// All of them or none: part of what was asked for would be another job.
static void write_ranges(const char *name, struct str value, struct ipp_out *out)
{
    uint64_t from = 0;
    uint64_t to = 0;
    for (struct str rest = value; rest.len > 0;) {
        if (!read_range(part(&rest), &from, &to)) {
            return;
        }
    }
    while (value.len > 0) {
        if (read_range(part(&value), &from, &to)) {
            ipp_out_range(out, name, (int32_t)from, (int32_t)to);
            name = NULL;
        }
    }
}

static void write_one(const struct attr *attr, struct str value, struct ipp_out *out)
{
    switch (attr->kind) {
    case KEYWORD:
        if (is_keyword(value)) {
            ipp_out_text(out, IPP_TAG_KEYWORD, attr->name, value);
        }
        break;
    case NAME:
        if (value.len > 0 && enc_is_plain(value)) {
            ipp_out_text(out, IPP_TAG_NAME, attr->name, value);
        }
        break;
    case INTEGER:
    case ENUM: write_numbers(attr, value, out); break;
    case RANGES: write_ranges(attr->name, value, out); break;
    }
}

static bool find_word(struct str text, const char *name, struct str *word)
{
    struct cupsd_option option;
    while (cupsd_options_next(&text, &option)) {
        for (size_t at = 0; at < sizeof(words) / sizeof(words[0]); at++) {
            if (strcmp(words[at].attr, name) == 0 && str_eq(option.name, str_of(words[at].name)) &&
                strcmp(option.value, words[at].value) == 0) {
                *word = str_of(words[at].word);
                return true;
            }
        }
    }
    return false;
}

void cupsd_options_write(struct str text, uint32_t copies, struct ipp_out *out)
{
    ipp_out_group(out, IPP_TAG_JOB);
    if (copies > 1) {
        ipp_out_int(out, "copies", copies > INT32_MAX ? INT32_MAX : (int32_t)copies);
    }
    for (size_t at = 0; at < sizeof(attrs) / sizeof(attrs[0]); at++) {
        struct cupsd_option option;
        struct str word;
        bool found = cupsd_options_find(text, attrs[at].name, &option);
        bool is_sound = found && (attrs[at].kind != KEYWORD || is_keyword(str_of(option.value)));
        if (is_sound) {
            write_one(&attrs[at], str_of(option.value), out);
        } else if (find_word(text, attrs[at].name, &word)) {
            write_one(&attrs[at], word, out);
        }
    }
}
