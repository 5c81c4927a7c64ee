package jsonl

// maxDepth is how deep objects and lists may be nested, the limit of encoding/json.
const maxDepth = 10_000

// scanner walks over JSON text by the grammar of RFC 8259. Its methods return false when the text breaks the
// grammar; pos then is the place, and want what should have stood there. A pos at the end of data means that the
// text was too short to tell.
type scanner struct {
	data    []byte
	known   bool // the text has been walked over before: strings are stepped over without a look at what is inside
	pos     int
	depth   int
	want    string
	problem string // said instead of want where "found X, want Y" would not help
	hint    string // what to do about the problem
}

func (s *scanner) fail(want string) bool {
	s.want = want
	return false
}

func (s *scanner) refuse(problem string) bool {
	s.problem = problem
	return false
}

// short reports whether the scanner failed because the text ended.
func (s *scanner) short() bool { return s.problem == "" && s.pos >= len(s.data) }

// at reports whether the next byte is c.
func (s *scanner) at(c byte) bool { return s.pos < len(s.data) && s.data[s.pos] == c }

// skip steps over the next byte if it is c.
func (s *scanner) skip(c byte) bool {
	if !s.at(c) {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) space() {
	for s.pos < len(s.data) && isBlank(s.data[s.pos]) {
		s.pos++
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func (s *scanner) value() bool {
	if s.pos >= len(s.data) {
		return s.fail("a value")
	}
	switch c := s.data[s.pos]; {
	case c == '"':
		return s.text()
	case c == '{':
		return s.object(nil)
	case c == '[':
		return s.list(nil)
	case c == '-' || isDigit(c):
		return s.number()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	return s.fail("a value")
}

// A visitor is told the key (raw, without quotes; nil in a list) and the place of a value.
type visitor func(key []byte, start, end int)

// object walks over an object and shows its fields to visit, which may be nil.
func (s *scanner) object(visit visitor) bool {
	if !s.skip('{') {
		return s.fail("a JSON object")
	}
	return s.enter() && s.items('}', "',' or '}'", (*scanner).field, visit)
}

// list walks over a list and shows its elements to visit, which may be nil.
func (s *scanner) list(visit visitor) bool {
	if !s.skip('[') {
		return s.fail("a list")
	}
	return s.enter() && s.items(']', "',' or ']'", (*scanner).element, visit)
}

func (s *scanner) enter() bool {
	s.depth++
	if s.depth > maxDepth {
		s.hint = "drop the field or flatten it"
		return s.refuse("nested deeper than 10,000 levels")
	}
	return true
}

// items walks over what stands between the brackets, and over the closing one.
func (s *scanner) items(end byte, want string, item func(*scanner, visitor) bool, visit visitor) bool {
	s.space()
	if s.skip(end) {
		s.depth--
		return true
	}
	for {
		if !item(s, visit) {
			return false
		}
		s.space()
		if s.skip(end) {
			s.depth--
			return true
		}
		if !s.skip(',') {
			return s.fail(want)
		}
		s.space()
	}
}

func (s *scanner) field(visit visitor) bool {
	start := s.pos
	if !s.at('"') {
		return s.fail("a field name in quotes")
	}
	if !s.text() {
		return false
	}
	key := s.data[start+1 : s.pos-1]
	s.space()
	if !s.skip(':') {
		return s.fail("':'")
	}
	s.space()
	return s.visited(key, visit)
}

func (s *scanner) element(visit visitor) bool { return s.visited(nil, visit) }

func (s *scanner) visited(key []byte, visit visitor) bool {
	start := s.pos
	if !s.value() {
		return false
	}
	if visit != nil {
		visit(key, start, s.pos)
	}
	return true
}
