// pjl: see pjl.h.

#include "dre/pjl.h"

#include "base/num.h"

static bool begins(struct str line, struct str word)
{
    return line.len >= word.len && memcmp(line.ptr, word.ptr, word.len) == 0;
}

static void take_line(struct pjl *pjl, struct str line)
{
    if (begins(line, STR("@PJL"))) {
        pjl->in_job = begins(line, STR("@PJL USTATUS JOB"));
        pjl->in_end = false;
        return;
    }
    if (!pjl->in_job) {
        return;
    }
    if (str_eq(line, STR("END")) || str_eq(line, STR("CANCELED"))) {
        pjl->in_end = true;
        pjl->ended = true;
        pjl->canceled = line.ptr[0] == 'C';
        return;
    }
    uint64_t pages = 0;
    if (pjl->in_end && begins(line, STR("PAGES=")) &&
        num_u64((struct str){ line.ptr + 6, line.len - 6 }, UINT32_MAX, &pages)) {
        pjl->has_pages = true;
        pjl->pages = (uint32_t)pages;
    }
}

static void end_line(struct pjl *pjl)
{
    struct str line = { pjl->line, pjl->line_len };
    while (line.len > 0 && (line.ptr[line.len - 1] == '\r' || line.ptr[line.len - 1] == ' ')) {
        line.len--;
    }
    if (!pjl->is_long && line.len > 0) {
        take_line(pjl, line);
    }
    pjl->line_len = 0;
    pjl->is_long = false;
}

void dre_pjl_feed(struct pjl *pjl, struct str bytes)
{
    for (size_t at = 0; at < bytes.len; at++) {
        char byte = bytes.ptr[at];
        if (byte == '\n' || byte == '\f') {
            end_line(pjl);
            pjl->in_job = pjl->in_job && byte != '\f';
        } else if (pjl->line_len < PJL_LINE_MAX) {
            pjl->line[pjl->line_len++] = byte;
        } else {
            pjl->is_long = true;
        }
    }
}
