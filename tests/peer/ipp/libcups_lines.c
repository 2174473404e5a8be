// libcups_lines: see libcups_lines.h. The side of libcups 2.4.2: ippReadIO over memory. It recurses
// without a limit, so what nests too deep must not come here.
#include "peer/ipp/libcups_lines.h"

#include <cups/cups.h>

struct feed {
    const unsigned char *at;
    size_t left;
};

// All that is asked for or a fault: less ends in an error inside libcups.
static ssize_t feed_read(void *arg, ipp_uchar_t *buffer, size_t bytes)
{
    struct feed *feed = arg;
    if (bytes > feed->left) {
        return -1;
    }
    memcpy(buffer, feed->at, bytes);
    feed->at += bytes;
    feed->left -= bytes;
    return (ssize_t)bytes;
}

static void add_attrs(ipp_t *ipp, struct buf *lines, int depth);

static void add_octets(ipp_attribute_t *attr, int i, struct buf *lines)
{
    int len = 0;
    const unsigned char *bytes = ippGetOctetString(attr, i, &len);
    buf_addf(lines, " octets");
    for (int at = 0; at < len; at++) {
        buf_addf(lines, "%02x", bytes[at]);
    }
}

static void add_text(ipp_attribute_t *attr, int i, struct buf *lines)
{
    const char *language = NULL;
    const char *text = ippGetString(attr, i, &language);
    buf_addf(lines, " text[%s]", text == NULL ? "" : text);
}

static void add_value(ipp_attribute_t *attr, ipp_tag_t tag, int i, struct buf *lines, int depth)
{
    int upper = 0;
    int feed = 0;
    ipp_res_t units = IPP_RES_PER_INCH;
    if (tag == IPP_TAG_INTEGER || tag == IPP_TAG_ENUM) {
        buf_addf(lines, " int %d", ippGetInteger(attr, i));
    } else if (tag == IPP_TAG_BOOLEAN) {
        buf_addf(lines, " bool %d", ippGetBoolean(attr, i) != 0);
    } else if (tag == IPP_TAG_RANGE) {
        int lower = ippGetRange(attr, i, &upper);
        buf_addf(lines, " range %d %d", lower, upper);
    } else if (tag == IPP_TAG_RESOLUTION) {
        int cross = ippGetResolution(attr, i, &feed, &units);
        buf_addf(lines, " resolution %d %d %d", cross, feed, (int)units);
    } else if (tag == IPP_TAG_DATE) {
        const ipp_uchar_t *date = ippGetDate(attr, i);
        buf_addf(lines, " date");
        for (int at = 0; at < 11; at++) {
            buf_addf(lines, "%02x", date[at]);
        }
    } else if (tag == IPP_TAG_BEGIN_COLLECTION) {
        buf_addf(lines, " {\n");
        add_attrs(ippGetCollection(attr, i), lines, depth + 1);
        buf_addf(lines, "}");
    } else if ((tag >= IPP_TAG_TEXT && tag <= IPP_TAG_MIMETYPE) || tag == IPP_TAG_TEXTLANG ||
               tag == IPP_TAG_NAMELANG) {
        add_text(attr, i, lines);
    } else if (tag < IPP_TAG_UNSUPPORTED_VALUE || tag > IPP_TAG_ADMINDEFINE) {
        add_octets(attr, i, lines);
    }
}

static void add_attrs(ipp_t *ipp, struct buf *lines, int depth)
{
    for (ipp_attribute_t *attr = ippFirstAttribute(ipp); attr != NULL;
         attr = ippNextAttribute(ipp)) {
        const char *name = ippGetName(attr);
        if (name == NULL) {
            continue; // a separator of groups
        }
        ipp_tag_t tag = ippGetValueTag(attr);
        buf_addf(lines, "%d %s:", depth == 0 ? (int)ippGetGroupTag(attr) : -depth, name);
        for (int i = 0; i < ippGetCount(attr); i++) {
            add_value(attr, tag, i, lines, depth);
        }
        buf_addf(lines, "\n");
    }
}

bool oracle_cups(struct str bytes, struct buf *lines)
{
    struct feed feed = { (const unsigned char *)bytes.ptr, bytes.len };
    ipp_t *ipp = ippNew();
    bool ok = ippReadIO(&feed, feed_read, 1, NULL, ipp) == IPP_STATE_DATA;
    if (ok) {
        int minor = 0;
        int major = ippGetVersion(ipp, &minor);
        buf_addf(lines, "%d.%d %d %d\n", major, minor, (int)ippGetOperation(ipp),
                 ippGetRequestId(ipp));
        add_attrs(ipp, lines, 0);
    }
    ippDelete(ipp);
    return ok;
}
