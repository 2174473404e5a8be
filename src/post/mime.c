// post/mime: a mail as it travels (RFC 5322, RFC 2045, RFC 2047). Pure. Subject and text may come
// from devices and documents: the one is written in encoded words, the other in base64, so that no
// byte of theirs is a header field.

#include "post/post_int.h"

#include "base/enc.h"
#include "calendar/zone.h"
#include <stdio.h>

enum {
    MIME_WORD_MAX = 42,   // bytes of a subject in one encoded word: 75 letters in all
    MIME_LINE_BYTES = 57, // 76 letters
    MIME_SUBJECT_MAX = 400,
};

static bool is_address_byte(unsigned char c)
{
    return c > ' ' && c < 127 && strchr("<>()[],;:\\\"", c) == NULL;
}

bool post_address_read(const char *text, char address[static 320], struct err *err)
{
    const char *open = strrchr(text, '<');
    const char *from = open == NULL ? text : open + 1;
    size_t len = open == NULL ? strlen(text) : strcspn(from, ">");
    size_t ats = 0;
    bool good = len >= 3 && len < 318 && enc_is_plain(str_of(text)) &&
                (open == NULL || (from[len] == '>' && from[len + 1] == '\0'));
    for (size_t i = 0; i < len && good; i++) {
        good = is_address_byte((unsigned char)from[i]);
        ats += from[i] == '@';
    }
    if (!good || ats != 1 || from[0] == '@' || from[len - 1] == '@') {
        return err_set(err, ERR_INVALID, "\"%.100s\" is no address of mail: name@example.org",
                       text);
    }
    (void)snprintf(address, 320, "<%.*s>", (int)len, from);
    return true;
}

// Cut between characters, never within one.
static size_t word_len(struct str text)
{
    size_t len = text.len < MIME_WORD_MAX ? text.len : MIME_WORD_MAX;
    while (len > 0 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80) {
        len--;
    }
    return len == 0 ? text.len : len;
}

static void add_base64(struct buf *out, struct str bytes)
{
    enc_base64_add(out, bytes.ptr, bytes.len);
    buf_addf(out, "%s", bytes.len % 3 == 0 ? "" : bytes.len % 3 == 1 ? "==" : "=");
}

static void add_words(struct buf *out, struct str text)
{
    text.len = text.len > MIME_SUBJECT_MAX ? MIME_SUBJECT_MAX : text.len;
    for (size_t at = 0; at < text.len;) {
        struct str rest = { text.ptr + at, text.len - at };
        rest.len = word_len(rest);
        buf_addf(out, "%s=?utf-8?B?", at == 0 ? "" : "\r\n ");
        add_base64(out, rest);
        buf_addf(out, "?=");
        at += rest.len;
    }
}

// "Quoin <quoin@example.org>": the name in encoded words, the address as it is.
static void add_person(struct buf *out, const char *field, const char *person)
{
    char address[320] = "";
    struct err ignored; // who sends has checked it
    const char *open = strrchr(person, '<');
    size_t len = open == NULL ? 0 : (size_t)(open - person);
    while (len > 0 && person[len - 1] == ' ') {
        len--;
    }
    if (!post_address_read(person, address, &ignored)) {
        return;
    }
    buf_addf(out, "%s: ", field);
    if (len > 0) {
        add_words(out, (struct str){ person, len });
        buf_addf(out, " ");
    }
    buf_addf(out, "%s\r\n", address);
}

static void add_date(struct buf *out, int64_t at)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct calendar_local utc = calendar_local_of(calendar_zone_utc(), at);
    buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[utc.weekday], utc.date.day,
             months[utc.date.month - 1], utc.date.year, utc.hour, utc.minute, utc.second);
}

static void add_text(struct buf *out, const char *text)
{
    OWN(buf_free) struct buf lines = BUF_CAP(2 * POST_TEXT_MAX);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n') {
            buf_addf(&lines, "\r\n");
        } else if (*at != '\r') {
            buf_add(&lines, (struct str){ at, 1 });
        }
    }
    struct str all = buf_str(&lines);
    for (size_t at = 0; at < all.len; at += MIME_LINE_BYTES) {
        size_t left = all.len - at;
        add_base64(out,
                   (struct str){ all.ptr + at, left < MIME_LINE_BYTES ? left : MIME_LINE_BYTES });
        buf_addf(out, "\r\n");
    }
}

void post_mail_write(const struct post_mail *mail, struct buf *out)
{
    char address[320] = "";
    struct err ignored;
    add_person(out, "From", mail->from);
    add_person(out, "To", mail->to);
    buf_addf(out, "Subject: ");
    add_words(out, str_of(mail->subject));
    buf_addf(out, "\r\n");
    add_date(out, mail->at);
    if (post_address_read(mail->from, address, &ignored)) {
        const char *at = strchr(address, '@');
        buf_addf(out, "Message-ID: <%s%s\r\n", mail->id, at); // address ends in >
    }
    buf_addf(out, "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=utf-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n");
    add_text(out, mail->text);
}
