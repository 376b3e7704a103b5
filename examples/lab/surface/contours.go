package surface

// A Polyline is a part of a contour. A closed one ends at its first point; others end at the
// border of the grid, or where its numbers are not finite.
type Polyline struct {
	Level  int // index
	Points []Point
}

// Contours returns the lines along which a grid, of w columns and h rows as Grid32 returns it,
// has each of the levels: marching squares, which are W. Lorensen's and H. Cline's Marching cubes
// (1987) in the plane, joined from cell to cell. Along the edges of cells the grid is linear. Where
// a cell's corners are above and below crosswise, the mean of the four tells which belong together.
func Contours(grid []float32, w, h int, box Box, levels []float64) (lines []Polyline) {
	if w < 2 || h < 2 {
		return nil
	}
	c := contour{grid: grid, w: w, h: h, box: box, ends: make([][2]int32, 2*w*h)}
	for i, level := range levels {
		c.level = level
		c.march()
		for _, points := range c.join() {
			lines = append(lines, Polyline{i, points})
		}
	}
	return lines
}

// A contour is what is known of one level. An edge of a cell is numbered by the node where it
// begins: twice its index, plus 1 if it goes up instead of right.
type contour struct {
	grid  []float32
	w, h  int
	box   Box
	level float64

	ends    [][2]int32 // for each edge, the edges it is joined with, plus 1; 0 for none
	crossed []int32    // the edges that have any, in the order of the cells
}

// march joins the edges that the level crosses, cell by cell.
func (c *contour) march() {
	for j := range c.h - 1 {
		row, above := c.grid[j*c.w:(j+1)*c.w], c.grid[(j+1)*c.w:(j+2)*c.w]
		for i := range c.w - 1 {
			a, b, d, e := row[i], row[i+1], above[i], above[i+1]
			corners := c.bit(a, 1) | c.bit(b, 2) | c.bit(e, 4) | c.bit(d, 8)
			if corners == 0 || corners == 15 || (a-a)+(b-b)+(d-d)+(e-e) != 0 /* some are not finite */ {
				continue
			}
			node := j*c.w + i
			bottom, right, top, left := 2*node, 2*node+3, 2*(node+c.w), 2*node+1
			switch corners {
			case 1, 14:
				c.link(left, bottom)
			case 2, 13:
				c.link(bottom, right)
			case 4, 11:
				c.link(right, top)
			case 8, 7:
				c.link(top, left)
			case 3, 12:
				c.link(left, right)
			case 6, 9:
				c.link(bottom, top)
			default:
				mean := (float64(a) + float64(b) + float64(d) + float64(e)) / 4
				if (mean >= c.level) == (corners == 5) { // the middle belongs to a and e
					c.link(bottom, right)
					c.link(top, left)
				} else {
					c.link(left, bottom)
					c.link(right, top)
				}
			}
		}
	}
}

// bit returns a bit for a number that is above, or at, the level.
func (c *contour) bit(v float32, b int) int {
	if float64(v) >= c.level {
		return b
	}
	return 0
}

// link joins two edges of a cell.
func (c *contour) link(a, b int) {
	c.end(a, b)
	c.end(b, a)
}

func (c *contour) end(a, b int) {
	if e := &c.ends[a]; e[0] == 0 {
		e[0] = int32(b + 1)
		c.crossed = append(c.crossed, int32(a))
	} else {
		e[1] = int32(b + 1)
	}
}

// join returns the lines, the open ones first, and forgets the edges.
func (c *contour) join() (lines [][]Point) {
	for _, open := range []bool{true, false} {
		for _, edge := range c.crossed {
			if e := c.ends[edge]; e[0] != 0 && (e[1] == 0) == open {
				if line := c.follow(edge); len(line) > 1 {
					lines = append(lines, line)
				}
			}
		}
	}
	c.crossed = c.crossed[:0]
	return lines
}

// follow returns the line from an edge on, and forgets its edges.
func (c *contour) follow(first int32) (line []Point) {
	for edge, before := first, int32(-1); ; {
		if p := c.at(int(edge)); len(line) == 0 || p != line[len(line)-1] {
			line = append(line, p)
		}
		next := c.ends[edge][0] - 1
		if next == before {
			next = c.ends[edge][1] - 1
		}
		c.ends[edge] = [2]int32{}
		switch {
		case next < 0:
			return line
		case next == first:
			if len(line) > 1 && line[0] != line[len(line)-1] {
				line = append(line, line[0])
			}
			return line
		}
		before, edge = edge, next
	}
}

// at returns where an edge has the level.
func (c *contour) at(edge int) Point {
	from := edge / 2
	i, j := from%c.w, from/c.w
	p := Point{node(c.box.X0, c.box.X1, i, c.w), node(c.box.Y0, c.box.Y1, j, c.h)}
	a := float64(c.grid[from])
	if edge%2 == 0 {
		t := (c.level - a) / (float64(c.grid[from+1]) - a)
		p.X += float64(t * (node(c.box.X0, c.box.X1, i+1, c.w) - p.X))
	} else {
		t := (c.level - a) / (float64(c.grid[from+c.w]) - a)
		p.Y += float64(t * (node(c.box.Y0, c.box.Y1, j+1, c.h) - p.Y))
	}
	return p
}
