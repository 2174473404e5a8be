// msg: reading IPP messages (RFC 8010, section 3). Pure.
//
// A message is a head of eight bytes, groups of attributes and the end-of-attributes tag; document
// data may follow and is not looked at. ipp_finder finds where the attributes end in a stream, by
// lengths alone; ipp_msg_decode reads them and refuses more. Beyond RFC 8010 it refuses: NUL in a
// character string, a boolean that is neither 0 nor 1, extension tags (0x7f), a member of a
// collection without a value, bytes behind the text of text/nameWithLanguage, a second operation
// group, and values of one attribute whose syntaxes may not mix (character strings may, integer and
// range may). Tolerated, because printers send them: value tags that are not assigned (kept as
// bytes), out-of-band values with bytes (kept), ranges upside down, several groups of one tag.
#pragma once

#include "base/arena.h"
#include "base/cc.h"
#include "base/err.h"
#include "base/str.h"
#include "ipp/limit.h"
#include <stdint.h>

enum ipp_tag {
    IPP_TAG_NONE = 0x00,
    // groups
    IPP_TAG_OPERATION = 0x01,
    IPP_TAG_JOB = 0x02,
    IPP_TAG_END = 0x03,
    IPP_TAG_PRINTER = 0x04,
    IPP_TAG_UNSUPPORTED_GROUP = 0x05,
    IPP_TAG_SUBSCRIPTION = 0x06,
    IPP_TAG_EVENT = 0x07,
    IPP_TAG_DOCUMENT = 0x09,
    IPP_TAG_SYSTEM = 0x0a,
    IPP_TAG_GROUP_LAST = 0x0f,
    // out-of-band values
    IPP_TAG_UNSUPPORTED = 0x10,
    IPP_TAG_UNKNOWN = 0x12,
    IPP_TAG_NO_VALUE = 0x13,
    IPP_TAG_NOT_SETTABLE = 0x15,
    IPP_TAG_DELETE_ATTRIBUTE = 0x16,
    IPP_TAG_ADMIN_DEFINE = 0x17,
    IPP_TAG_OUT_OF_BAND_LAST = 0x1f,
    // values
    IPP_TAG_INTEGER = 0x21,
    IPP_TAG_BOOLEAN = 0x22,
    IPP_TAG_ENUM = 0x23,
    IPP_TAG_OCTETS = 0x30,
    IPP_TAG_DATE = 0x31,
    IPP_TAG_RESOLUTION = 0x32,
    IPP_TAG_RANGE = 0x33,
    IPP_TAG_COLLECTION = 0x34, // begCollection
    IPP_TAG_TEXT_LANG = 0x35,
    IPP_TAG_NAME_LANG = 0x36,
    IPP_TAG_COLLECTION_END = 0x37, // never the tag of a struct ipp_value
    IPP_TAG_TEXT = 0x41,
    IPP_TAG_NAME = 0x42,
    IPP_TAG_KEYWORD = 0x44,
    IPP_TAG_URI = 0x45,
    IPP_TAG_URI_SCHEME = 0x46,
    IPP_TAG_CHARSET = 0x47,
    IPP_TAG_LANGUAGE = 0x48,
    IPP_TAG_MIME = 0x49,
    IPP_TAG_MEMBER = 0x4a, // never the tag of a struct ipp_value
    IPP_TAG_EXTENSION = 0x7f,
};

enum { IPP_HEAD_BYTES = 8, IPP_DATE_BYTES = 11 };

enum ipp_units { IPP_UNITS_DPI = 3, IPP_UNITS_DPCM = 4 };

// Everything here lives in the arena of the decode; runs of bytes are borrowed from the message.
struct ipp_value {
    struct ipp_value *next;
    uint8_t tag; // enum ipp_tag, or one that is not assigned
    union {
        int32_t integer; // integer, enum
        bool boolean;
        struct {
            int32_t lower;
            int32_t upper;
        } range;
        struct {
            int32_t cross;
            int32_t feed;
            uint8_t units; // enum ipp_units, or what else was sent
        } resolution;
        struct {
            struct str text;     // character strings, octetString, out-of-band, unassigned tags
            struct str language; // of text/nameWithLanguage, else empty
        };
        uint8_t date[IPP_DATE_BYTES];
        struct ipp_attr *members; // of a collection; NULL: it is empty
    };
};

struct ipp_attr {
    struct ipp_attr *next;
    struct str name;
    struct ipp_value *values; // never NULL
    size_t count;
};

struct ipp_group {
    struct ipp_group *next;
    uint8_t tag;
    struct ipp_attr *attrs; // NULL: it is empty
};

struct ipp_msg {
    uint8_t major;
    uint8_t minor;
    uint16_t code; // operation-id or status-code
    uint32_t request_id;
    struct ipp_group *groups;
    size_t len; // of the section, the end-of-attributes tag included: document data starts here
};

// Reads the section at the start of bytes. ERR_INVALID: not IPP, or cut short. ERR_LIMIT: over
// caps, or over the arena's. On both, the head (version, code, request_id) is set in *msg if 8
// bytes were there, so that the refusal can carry the asker's request-id.
bool ipp_msg_decode(struct str bytes, const struct ipp_caps *caps, struct arena *arena,
                    struct ipp_msg *msg, struct err *err) CC_MUST_USE;

// The version, code and request-id alone; false: there are no 8 bytes.
bool ipp_msg_head(struct str bytes, struct ipp_msg *msg);

enum ipp_found {
    IPP_FOUND_MORE, // so far it is well framed, but the end is not there yet
    IPP_FOUND_END,
    IPP_FOUND_BAD, // *err says why; ERR_INVALID or ERR_LIMIT
};

// Finds the end of a section that arrives in pieces. Start with a zeroed finder; each call is given
// all bytes so far, from the message's first, and goes on where the last one stopped.
struct ipp_finder {
    size_t at; // everything before is whole
    unsigned depth;
};
enum ipp_found ipp_finder_step(struct ipp_finder *finder, struct str so_far,
                               const struct ipp_caps *caps, size_t *end,
                               struct err *err) CC_MUST_USE;

// Look-ups. tag: a value's tag that the first value must have; IPP_TAG_NONE takes any. NULL:
// absent.
struct ipp_group *ipp_msg_group(const struct ipp_msg *msg, uint8_t tag);
struct ipp_attr *ipp_msg_find(const struct ipp_msg *msg, uint8_t group, const char *name,
                              uint8_t tag);
struct ipp_attr *ipp_attr_find(struct ipp_attr *attrs, const char *name, uint8_t tag);

// The first value, or what is said for its absence. ipp_msg_text takes any character string.
int32_t ipp_msg_int(const struct ipp_msg *msg, uint8_t group, const char *name, int32_t absent);
bool ipp_msg_bool(const struct ipp_msg *msg, uint8_t group, const char *name, bool absent);
struct str ipp_msg_text(const struct ipp_msg *msg, uint8_t group, const char *name);

// Is text one of the values of attr (any character string)? attr may be NULL.
bool ipp_attr_has(const struct ipp_attr *attr, const char *text);

bool ipp_tag_is_text(uint8_t tag);        // a character string, with or without language
bool ipp_tag_is_out_of_band(uint8_t tag); // 0x10 to 0x1f
