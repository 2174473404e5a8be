// geometry: numbers, matrices, and the boxes of paths (ECMA-388, 11.2). See xps_int.h.
//
// A curve lies within its control points, so a box of those holds it; an arc lies within its radii
// of its ends.
// no unit test: tests/unit/pdl_xps/test_xps.c has paths of all kinds read with it.

#include "pdl_xps/xps_int.h"

enum { TENS_MAX = 300 };

static bool is_space(char c)
{
    return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip(struct str *text, size_t count)
{
    *text = (struct str){ text->ptr + count, text->len - count };
}

static double tens(int power)
{
    double value = 1;
    for (int i = 0; i < (power < 0 ? -power : power); i++) {
        value *= 10;
    }
    return value;
}

// Digits before and behind the point; how many stand behind it.
static size_t digits_read(struct str text, double *value, int *behind)
{
    size_t at = 0;
    bool is_fraction = false;
    bool any = false;
    for (; at < text.len; at++) {
        if (text.ptr[at] == '.' && !is_fraction) {
            is_fraction = true;
        } else if (is_digit(text.ptr[at])) {
            *value = *value * 10 + (text.ptr[at] - '0');
            *behind += is_fraction && *behind < TENS_MAX;
            any = true;
        } else {
            break;
        }
    }
    return any ? at : 0;
}

static size_t exponent_read(struct str text, int *power)
{
    size_t at = 1;
    int value = 0;
    if (text.len < 2 || (text.ptr[0] != 'e' && text.ptr[0] != 'E')) {
        return 0;
    }
    bool is_minus = text.ptr[1] == '-';
    at += is_minus || text.ptr[1] == '+';
    size_t from = at;
    for (; at < text.len && is_digit(text.ptr[at]); at++) {
        value = value < TENS_MAX ? value * 10 + (text.ptr[at] - '0') : value;
    }
    *power = is_minus ? -value : value;
    return at > from ? at : 0;
}

bool pdl_xps_number(struct str *text, double *value)
{
    struct str run = *text;
    double found = 0;
    int behind = 0;
    int power = 0;
    while (run.len > 0 && is_space(run.ptr[0])) {
        skip(&run, 1);
    }
    bool is_minus = run.len > 0 && run.ptr[0] == '-';
    if (run.len > 0 && (is_minus || run.ptr[0] == '+')) {
        skip(&run, 1);
    }
    size_t len = digits_read(run, &found, &behind);
    if (len == 0) {
        return false;
    }
    skip(&run, len);
    skip(&run, exponent_read(run, &power));
    power = power > TENS_MAX ? TENS_MAX : power < -TENS_MAX ? -TENS_MAX : power;
    found = found / tens(behind);
    found = power < 0 ? found / tens(power) : found * tens(power);
    *value = is_minus ? -found : found;
    *text = run;
    return found < 1e30; // what is no place on any page; not a number is none either
}

double pdl_xps_number_of(struct str text, double otherwise)
{
    double value = 0;
    return pdl_xps_number(&text, &value) ? value : otherwise;
}

bool pdl_xps_matrix(struct str text, struct pdl_matrix *matrix)
{
    double v[6];
    for (int i = 0; i < 6; i++) {
        if (!pdl_xps_number(&text, &v[i])) {
            return false;
        }
    }
    *matrix = (struct pdl_matrix){ v[0], v[1], v[2], v[3], v[4], v[5] };
    return true;
}

struct pen {
    struct pdl_rect box;
    double x;
    double y;
    double from_x; // of the figure's start, where Z goes back to
    double from_y;
};

static void pen_move(struct pen *pen, double x, double y, double radius_x, double radius_y)
{
    pdl_rect_add(&pen->box, pen->x - radius_x, pen->y - radius_y);
    pdl_rect_add(&pen->box, pen->x + radius_x, pen->y + radius_y);
    pdl_rect_add(&pen->box, x - radius_x, y - radius_y);
    pdl_rect_add(&pen->box, x + radius_x, y + radius_y);
    pen->x = x;
    pen->y = y;
}

// How many numbers a command takes; -1: it is none.
static int numbers_of(char command)
{
    switch (command | 0x20) {
    case 'm':
    case 'l': return 2;
    case 'h':
    case 'v': return 1;
    case 'c': return 6;
    case 's':
    case 'q': return 4;
    case 'a': return 7;
    case 'z': return 0;
    default: return -1;
    }
}

static void command_run(struct pen *pen, char command, const double *v)
{
    bool is_relative = (command & 0x20) != 0;
    double x = is_relative ? pen->x : 0;
    double y = is_relative ? pen->y : 0;
    double last_x = pen->x;
    double last_y = pen->y;
    int count = numbers_of(command);
    switch (command | 0x20) {
    case 'm':
        pen->x = pen->from_x = x + v[0];
        pen->y = pen->from_y = y + v[1];
        return;
    case 'h': pen_move(pen, x + v[0], last_y, 0, 0); return;
    case 'v': pen_move(pen, last_x, y + v[0], 0, 0); return;
    case 'z': pen_move(pen, pen->from_x, pen->from_y, 0, 0); return;
    case 'a': {
        // Radii that are too small are made larger: as far as the ends are apart suffices.
        double far_x = x + v[5] > last_x ? x + v[5] - last_x : last_x - x - v[5];
        double far_y = y + v[6] > last_y ? y + v[6] - last_y : last_y - y - v[6];
        double radius = 2 * (v[0] > v[1] ? v[0] : v[1]);
        pen_move(pen, x + v[5], y + v[6], radius + far_x + far_y, radius + far_x + far_y);
        return;
    }
    default: break;
    }
    for (int i = 0; i + 1 < count; i += 2) {
        pen_move(pen, x + v[i], y + v[i + 1], 0, 0);
    }
}

struct pdl_rect pdl_xps_path_box(struct str data)
{
    struct pen pen = { .box = PDL_RECT_NONE };
    char command = 0;
    while (data.len > 0) {
        double v[7];
        int count = command == 0 ? -1 : numbers_of(command);
        int got = 0;
        while (got < count && pdl_xps_number(&data, &v[got])) {
            got++;
        }
        if (count > 0 && got == count) {
            command_run(&pen, command, v);
            command = (char)(command == 'M' ? 'L' : command == 'm' ? 'l' : command);
            continue;
        }
        while (data.len > 0 && is_space(data.ptr[0])) {
            skip(&data, 1);
        }
        if (data.len == 0) {
            break;
        }
        command = data.ptr[0];
        skip(&data, 1);
        if (command == 'F') { // the rule of filling: a digit
            while (data.len > 0 && (is_space(data.ptr[0]) || is_digit(data.ptr[0]))) {
                skip(&data, 1);
            }
        } else if (numbers_of(command) == 0) {
            command_run(&pen, command, v);
        } else if (numbers_of(command) < 0) {
            return PDL_RECT_ALL; // not to be understood: it may be anywhere
        }
    }
    return pen.box;
}

static void points_add(struct pdl_rect *box, struct str points, double radius)
{
    double x = 0;
    double y = 0;
    while (pdl_xps_number(&points, &x) && pdl_xps_number(&points, &y)) {
        pdl_rect_add(box, x - radius, y - radius);
        pdl_rect_add(box, x + radius, y + radius);
    }
}

static void segment_add(struct pdl_rect *box, const struct pdl_xps_node *segment)
{
    struct str size = pdl_xps_attribute(segment, "Size");
    double width = 0;
    double height = 0;
    if (pdl_xps_number(&size, &width) && pdl_xps_number(&size, &height)) {
        width = 2 * (width > height ? width : height);
    }
    points_add(box, pdl_xps_attribute(segment, "Points"), 0);
    points_add(box, pdl_xps_attribute(segment, "Point"), width);
}

struct pdl_rect pdl_xps_geometry_box(const struct pdl_xps_node *geometry)
{
    struct pdl_rect box = pdl_xps_path_box(pdl_xps_attribute(geometry, "Figures"));
    for (const struct pdl_xps_node *figure = geometry->first; figure != NULL;
         figure = figure->next) {
        points_add(&box, pdl_xps_attribute(figure, "StartPoint"), 0);
        for (const struct pdl_xps_node *segment = figure->first; segment != NULL;
             segment = segment->next) {
            segment_add(&box, segment);
        }
    }
    struct pdl_matrix matrix;
    const struct pdl_xps_node *transform = pdl_xps_child(geometry, "PathGeometry.Transform");
    struct str text = pdl_xps_attribute(geometry, "Transform");
    if (transform != NULL && transform->first != NULL) {
        text = pdl_xps_attribute(transform->first, "Matrix");
    }
    return box.x0 <= box.x1 && pdl_xps_matrix(text, &matrix) ? pdl_rect_map(&matrix, box) : box;
}
