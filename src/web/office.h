// office: documents of office programs become PDF by LibreOffice, where it is installed: in a jail
// (reader/reader.h), one at a time, each in a folder and with a profile of its own that are gone
// afterwards. Loop thread, but for what it does by itself in a pool.
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct net_loop;
struct web_office;

enum {
    WEB_OFFICE_DOCUMENT_MAX = 64 << 20, // bytes of a document
    WEB_OFFICE_PDF_MAX = 128 << 20,     // bytes of what is made of it
    WEB_OFFICE_WAITING_MAX = 8,         // documents; further ones are refused
    WEB_OFFICE_S = 60,                  // that one may take
};

// program: of the settings, a path or a name on PATH; empty: soffice; "none": never. data: of the
// site, by whose name what an earlier life left in /tmp is known, and removed.
struct web_office *web_office_new(struct net_loop *loop, const char *program, const char *data);
void web_office_free(struct web_office **office);
bool web_office_is_here(const struct web_office *office);

// "docx" for a document that LibreOffice is to turn into PDF, by its name's ending or its media
// type; NULL: another. A plain text is one where LibreOffice is here, and is printed as it is
// elsewhere.
const char *web_office_ending(const struct web_office *office, struct str name, struct str type);
// The Debian package that reads documents of this ending.
const char *web_office_package(const char *ending);

// document: a file, which is the office's from here on. done(arg, pdf, err) runs once, on the loop;
// pdf is NULL where there is none, and *err says why; what is in it may be taken. False: too many
// wait.
bool web_office_convert(struct web_office *office, int document, const char *ending,
                        void (*done)(void *arg, struct buf *pdf, const struct err *err),
                        void *arg) CC_MUST_USE;
