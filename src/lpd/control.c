// control: see control.h. A line is a letter and its operand.

#include "lpd/control.h"

#include "lpd/line.h"

static bool control_is_clean(struct str text)
{
    for (size_t at = 0; at < text.len; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (c < ' ' || c == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool control_prints(char letter)
{
    return strchr("cdfglnoprtv", letter) != NULL; // 7.18 to 7.29
}

static bool control_document(struct lpd_control *control, char letter, struct str file,
                             struct err *err)
{
    for (size_t at = 0; at < control->count; at++) {
        struct lpd_document *known = &control->documents[at];
        if (str_eq(known->file, file)) {
            known->copies += known->copies < LPD_COPIES_MAX ? 1 : 0;
            return true;
        }
    }
    if (file.len == 0 || file.len > LPD_NAME_MAX) {
        return err_set(err, ERR_INVALID, "the control file prints a file without a name");
    }
    if (control->count == LPD_DOCUMENTS_MAX) {
        return err_set(err, ERR_INVALID, "the control file prints more than %d files",
                       LPD_DOCUMENTS_MAX);
    }
    control->documents[control->count++] =
        (struct lpd_document){ .file = file, .source = STR(""), .copies = 1, .format = letter };
    return true;
}

// Some clients name the source in front of the line that prints it, RFC 1179's own example behind
// it.
static void control_source(struct lpd_control *control, struct str source)
{
    for (size_t at = 0; at < control->count; at++) {
        if (control->documents[at].source.len == 0) {
            control->documents[at].source = source;
            return;
        }
    }
}

static bool control_line(struct lpd_control *control, struct str line, struct str *early,
                         struct err *err)
{
    char letter = line.ptr[0];
    struct str operand = { line.ptr + 1, line.len - 1 };
    switch (letter) {
    case 'H': control->host = operand; return true;
    case 'P': control->user = operand; return true;
    case 'J': control->job = operand; return true;
    case 'C': control->class = operand; return true;
    case 'M': control->mail = operand; return true;
    case 'N':
        if (control->count == 0) {
            *early = early->len == 0 ? operand : *early;
        } else {
            control_source(control, operand);
        }
        return true;
    default: return !control_prints(letter) || control_document(control, letter, operand, err);
    }
}

bool lpd_control_read(struct str file, struct lpd_control *control, struct err *err)
{
    struct str early = STR("");
    *control = (struct lpd_control){ .host = STR(""), .user = STR(""), .job = STR("") };
    control->class = STR("");
    control->mail = STR("");
    while (file.len > 0) {
        const char *end = memchr(file.ptr, '\n', file.len);
        size_t len = end == NULL ? file.len : (size_t)(end - file.ptr);
        struct str line = { file.ptr, len > 0 && file.ptr[len - 1] == '\r' ? len - 1 : len };
        size_t past = end == NULL ? len : len + 1;
        file = (struct str){ file.ptr + past, file.len - past };
        if (!control_is_clean(line)) {
            return err_set(err, ERR_INVALID, "a line of the control file has control characters");
        }
        if (line.len > 0 && !control_line(control, line, &early, err)) {
            return false;
        }
    }
    if (control->count == 0) {
        return err_set(err, ERR_INVALID, "the control file prints nothing");
    }
    if (control->documents[0].source.len == 0) {
        control->documents[0].source = early;
    }
    return true;
}

const struct lpd_document *lpd_control_find(const struct lpd_control *control, struct str file)
{
    for (size_t at = 0; at < control->count; at++) {
        if (str_eq(control->documents[at].file, file)) {
            return &control->documents[at];
        }
    }
    return NULL;
}
