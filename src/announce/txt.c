// txt: see txt.h.

#include "announce/txt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Cut between characters of UTF-8.
static void cut(char *text, size_t most)
{
    size_t len = strlen(text);
    if (len <= most) {
        return;
    }
    while (most > 0 && ((unsigned char)text[most] & 0xc0) == 0x80) {
        most--;
    }
    text[most] = '\0';
}

static void add(struct announce_txt *txt, const char *fmt, ...) CC_PRINTF(2, 3);

static void add(struct announce_txt *txt, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    if (len <= 0 || txt->count == ANNOUNCE_STRINGS_MAX) {
        return;
    }
    cut(text, ANNOUNCE_STRING_MAX);
    memcpy(txt->strings[txt->count++], text, strlen(text) + 1);
}

static const char *letter(bool is_so)
{
    return is_so ? "T" : "F";
}

void announce_txt_make(const struct announce_queue *queue, struct announce_txt *txt)
{
    *txt = (struct announce_txt){ .count = 0 };
    add(txt, "txtvers=1"); // the first: RFC 6763 6.7
    add(txt, "qtotal=1");
    add(txt, "rp=ipp/print/%s", queue->name);
    add(txt, "ty=%s", queue->make);
    add(txt, "note=%s", queue->note);
    add(txt, "product=(%s)", queue->make);
    add(txt, "pdl=application/pdf,image/pwg-raster,image/jpeg,image/urf");
    add(txt, "URF=V1.4,CP1,PQ3-4-5,RS300-600,W8%s%s", queue->color ? ",SRGB24" : "",
        queue->duplex ? ",DM1" : "");
    add(txt, "UUID=%s", queue->uuid);
    if (queue->admin_uri[0] != '\0') {
        add(txt, "adminurl=%s", queue->admin_uri);
    }
    add(txt, "priority=50");
    add(txt, "Color=%s", letter(queue->color));
    add(txt, "Duplex=%s", letter(queue->duplex));
    add(txt, "Copies=T");
    add(txt, "Collate=T");
    add(txt, "Staple=%s", letter(queue->staple));
    add(txt, "Punch=%s", letter(queue->punch));
    add(txt, "kind=document");
    add(txt, "PaperMax=legal-A4");
    add(txt, "air=none");
    add(txt, "TLS=1.2");
}

void announce_name_make(const struct announce_queue *queue, unsigned attempt,
                        char name[static ANNOUNCE_NAME_MAX + 1])
{
    char text[512];
    char tail[96];
    const char *info = queue->info[0] != '\0' ? queue->info : queue->name;
    if (attempt == 0) {
        (void)snprintf(tail, sizeof(tail), " @ %.32s", queue->host);
    } else {
        (void)snprintf(tail, sizeof(tail), " @ %.32s #%u", queue->host, attempt + 1);
    }
    (void)snprintf(text, sizeof(text), "%s", info);
    cut(text, ANNOUNCE_NAME_MAX - strlen(tail));
    size_t len = strlen(text);
    memcpy(name, text, len);
    memcpy(name + len, tail, strlen(tail) + 1); // both fit: see the cut
}
