// pcl5_macro: commands that are kept and run again (Technical Reference, ch. 12).

#include "pdl_pcl/pcl5_int.h"

enum { MACRO_FIRST_ROOM = 4096 };

static struct pcl5_macro *find(struct pcl5 *pcl, uint32_t id)
{
    for (size_t i = 0; i < PCL5_MACROS; i++) {
        if (pcl->macros[i].used && pcl->macros[i].id == id) {
            return &pcl->macros[i];
        }
    }
    return NULL;
}

static void too_much(struct pcl5 *pcl)
{
    pdl_facts_note(pcl->facts, PDL_ESTIMATED,
                   "Its macros are more, or larger, than are kept: what they print is left aside.");
}

void pdl_pcl_macro_add(struct pcl5 *pcl, const uint8_t *bytes, size_t count)
{
    if (pcl->definition_len + count > pcl->definition_room) {
        size_t room = pcl->definition_room * 2;
        room = room < pcl->definition_len + count ? pcl->definition_len + count : room;
        uint8_t *more = room > PCL5_MACRO_BYTES ? NULL : arena_new(pcl->macro_memory, room);
        if (more == NULL) {
            too_much(pcl);
            pcl->definition_len = 0; // what is left of it says nothing
            return;
        }
        memcpy(more, pcl->definition, pcl->definition_len);
        pcl->definition = more;
        pcl->definition_room = room;
    }
    memcpy(pcl->definition + pcl->definition_len, bytes, count);
    pcl->definition_len += count;
}

static void define_begin(struct pcl5 *pcl, bool chained)
{
    pcl->definition_len = 0;
    pcl->definition_room = MACRO_FIRST_ROOM;
    pcl->definition = arena_new(pcl->macro_memory, MACRO_FIRST_ROOM);
    if (pcl->definition == NULL) {
        too_much(pcl);
    } else if (chained) { // the sequence goes on within the macro
        pdl_pcl_macro_add(pcl, (const uint8_t *)"\x1b&f", 3);
    }
}

static void define_end(struct pcl5 *pcl)
{
    struct pcl5_macro *macro = find(pcl, pcl->env.macro_id);
    for (size_t i = 0; macro == NULL && i < PCL5_MACROS; i++) {
        macro = pcl->macros[i].used ? NULL : &pcl->macros[i];
    }
    if (macro == NULL) {
        too_much(pcl);
    } else {
        *macro =
            (struct pcl5_macro){ .id = pcl->env.macro_id,
                                 .used = true,
                                 .bytes = { (const char *)pcl->definition, pcl->definition_len } };
    }
    pcl->definition = NULL;
}

void pdl_pcl_macro_drop(struct pcl5 *pcl, bool permanent_too)
{
    bool any = pcl->depth > 0 || pcl->definition != NULL;
    for (size_t i = 0; i < PCL5_MACROS; i++) {
        pcl->macros[i].used = pcl->macros[i].used && pcl->macros[i].permanent && !permanent_too;
        any |= pcl->macros[i].used;
    }
    if (!any) {
        arena_reset(pcl->macro_memory);
    }
}

// The id of a macro that is named by a string.
uint32_t pdl_pcl_macro_name(struct str name)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < name.len; i++) {
        hash = (hash ^ (uint8_t)name.ptr[i]) * 16777619U;
    }
    return hash | 1U << 31; // no number is so large
}

void pdl_pcl_macro_run(struct pcl5 *pcl, uint32_t id, bool is_overlay, bool gives_back)
{
    const struct pcl5_macro *macro = find(pcl, id);
    if (macro == NULL || pcl->depth > PCL5_MACRO_DEPTH - (is_overlay ? 0 : 1)) {
        return;
    }
    struct pcl5_env env = pcl->env;
    bool hpgl = pcl->hpgl.inside;
    struct pdl_input input = pdl_input_of(macro->bytes);
    struct pdl_input *before = pcl->input;
    if (is_overlay) {
        pdl_pcl_reset_overlay(pcl);
    }
    pcl->input = &input;
    pcl->depth++;
    pdl_pcl_run(pcl);
    pcl->depth--;
    pcl->input = before;
    if (gives_back) {
        pdl_pcl_raster_end(pcl);
        env.palette_id = pcl->env.palette_id;
        pcl->env = env;
        pcl->hpgl.inside = hpgl;
    }
}

static void set_permanent(struct pcl5 *pcl, bool permanent)
{
    struct pcl5_macro *macro = find(pcl, pcl->env.macro_id);
    if (macro != NULL) {
        macro->permanent = permanent;
    }
}

void pdl_pcl_macro_control(struct pcl5 *pcl, uint32_t what, bool chained)
{
    if (pcl->definition != NULL) {
        if (what == 1) {
            define_end(pcl);
        }
        return;
    }
    if (what == 2 || what == 3) {
        pdl_pcl_macro_run(pcl, pcl->env.macro_id, false, what == 3);
        return;
    }
    if (pcl->depth > 0) {
        return; // within a macro the rest is not allowed
    }
    struct pcl5_macro *macro = find(pcl, pcl->env.macro_id);
    switch (what) {
    case 0: define_begin(pcl, chained); break;
    case 4:
        pcl->overlay = true;
        pcl->overlay_id = pcl->env.macro_id;
        break;
    case 5: pcl->overlay = false; break;
    case 6: pdl_pcl_macro_drop(pcl, true); break;
    case 7: pdl_pcl_macro_drop(pcl, false); break;
    case 8:
        if (macro != NULL) {
            macro->used = false;
        }
        break;
    case 9: set_permanent(pcl, false); break;
    case 10: set_permanent(pcl, true); break;
    default: break;
    }
}
