// xl_stream: streams that a job stores and then runs, once or often: forms and overlays.
//
// A stored stream is PCL XL with a header of its own. What they all hold together, how deep they
// call each other, and how many bytes they run through are capped.
#include "pdl_pcl/xl_int.h"

static struct str stream_name(const struct xl *xl)
{
    const struct xl_value *value = pdl_pcl_xl_value_find(xl, XL_STREAM_NAME);
    struct str name = value == NULL ? STR("") : pdl_pcl_xl_value_bytes(xl, value);
    name.len = name.len < XL_NAME_MAX ? name.len : XL_NAME_MAX;
    return name;
}

static struct xl_stream *stream_find(struct xl *xl)
{
    struct str name = stream_name(xl);
    for (uint32_t i = 0; i < xl->stream_count; i++) {
        struct xl_stream *stream = &xl->streams[i];
        if (str_eq(name, (struct str){ stream->name, stream->name_len })) {
            return stream;
        }
    }
    return NULL;
}

void pdl_pcl_xl_stream_begin(struct xl *xl)
{
    struct str name = stream_name(xl);
    struct xl_stream *stream = stream_find(xl);
    if (stream == NULL && xl->stream_count == XL_STREAMS_MAX) {
        xl->stream = NULL;
        return;
    }
    stream = stream == NULL ? &xl->streams[xl->stream_count++] : stream;
    stream->name_len = (uint32_t)name.len;
    memcpy(stream->name, name.ptr, name.len);
    stream->len = 0;
    stream->whole = false;
    xl->stream = stream;
}

static bool stream_grow(struct xl *xl, struct xl_stream *stream, uint32_t size)
{
    uint32_t most = XL_STREAM_BYTES_MAX - xl->stream_bytes;
    if (size > most) {
        return false;
    }
    uint8_t *bytes = arena_new(xl->facts->arena, size);
    if (bytes == NULL) {
        return false;
    }
    if (stream->len > 0) {
        memcpy(bytes, stream->bytes, stream->len);
    }
    xl->stream_bytes += size;
    stream->bytes = bytes;
    stream->size = size;
    return true;
}

void pdl_pcl_xl_stream_data(struct xl *xl, const uint8_t *at, size_t len)
{
    struct xl_stream *stream = xl->stream;
    if (stream == NULL) {
        return;
    }
    uint32_t need = stream->len + (uint32_t)len; // len is of a window
    if (need > stream->size && !stream_grow(xl, stream, need > UINT16_MAX ? 2 * need : need)) {
        xl->stream = NULL; // not whole: running it says so
        return;
    }
    memcpy(stream->bytes + stream->len, at, len);
    stream->len = need;
}

void pdl_pcl_xl_stream_end(struct xl *xl)
{
    if (xl->stream != NULL) {
        xl->stream->whole = true;
    }
    xl->stream = NULL;
}

void pdl_pcl_xl_stream_drop(struct xl *xl)
{
    struct xl_stream *stream = stream_find(xl);
    if (stream != NULL) {
        *stream = xl->streams[--xl->stream_count];
        xl->stream = NULL;
    }
}

// A stream that is not at hand may mark anything.
static enum xl_step unknown(struct xl *xl, const char *why)
{
    pdl_facts_note(xl->facts, PDL_ESTIMATED,
                   "A stored stream is run that %s: its marks are assumed.", why);
    pdl_pcl_xl_mark(xl, XL_INK, NULL);
    return XL_ON;
}

enum xl_step pdl_pcl_xl_stream_run(struct xl *xl, struct err *err)
{
    const struct xl_stream *stream = stream_find(xl);
    if (stream == NULL) {
        return unknown(xl, "did not come with the job");
    }
    if (!stream->whole) {
        return unknown(xl, "is larger than what is kept");
    }
    if (xl->depth == XL_STREAM_DEPTH_MAX) {
        return unknown(xl, "calls others too deeply");
    }
    xl->streamed += stream->len;
    if (xl->streamed > XL_STREAM_RUN_MAX) {
        pdl_facts_note(xl->facts, PDL_UNKNOWN,
                       "Stored streams are run again and again, through more than %d MiB.",
                       XL_STREAM_RUN_MAX >> 20);
        return XL_STOP;
    }
    struct pdl_input *outer = xl->input;
    bool outer_big = xl->big;
    struct pdl_input inner = pdl_input_of((struct str){ (const char *)stream->bytes, stream->len });
    inner.start_offset = xl->op_at;
    xl->input = &inner;
    xl->depth++;
    enum xl_step step = pdl_pcl_xl_header_read(xl) ? pdl_pcl_xl_run(xl, err) : XL_ON;
    xl->depth--;
    xl->input = outer;
    xl->big = outer_big;
    return step == XL_LIMIT || xl->bad ? step : XL_ON;
}
