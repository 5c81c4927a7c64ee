package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"sftrun.local/steps/jsonl"
)

// widthOfRow is the number of characters of a line on which a row's field is shown.
const widthOfRow = 110

// rowText shows a row to people: its id, each message on a line, then the other fields, each cut to a line.
func rowText(row []byte) string {
	var b strings.Builder
	id, _ := jsonl.String(row, "id")
	fmt.Fprintf(&b, "  %s\n", oneLine(id))
	messages, err := jsonl.Messages(row)
	if err != nil {
		fmt.Fprintf(&b, "    %v\n", err)
	}
	for _, m := range messages {
		fmt.Fprintf(&b, "    %-18s %s\n", oneLine(m.Role), oneLine(m.Content))
	}
	for _, name := range otherFields(row) {
		value, _ := jsonl.Field(row, name)
		fmt.Fprintf(&b, "    %-18s %s\n", oneLine(name), oneLine(string(value)))
	}
	return b.String()
}

// otherFields lists the fields of a row beside its id and messages, as they stand.
func otherFields(row []byte) []string {
	dec := json.NewDecoder(strings.NewReader(string(row)))
	var names []string
	if _, err := dec.Token(); err != nil {
		return nil
	}
	for dec.More() {
		name, err := dec.Token()
		var value json.RawMessage
		if err != nil || dec.Decode(&value) != nil {
			return names
		}
		if s, _ := name.(string); s != "id" && s != "messages" {
			names = append(names, s)
		}
	}
	return names
}

// oneLine cuts a text to one line, keeping its beginning and its end. What a terminal would obey rather than show is
// shown as U+FFFD.
func oneLine(text string) string {
	text = strings.Map(printable, strings.Join(strings.Fields(text), " "))
	n := utf8.RuneCountInString(text)
	if n <= widthOfRow {
		return text
	}
	runes := []rune(text)
	return string(runes[:widthOfRow*2/3]) + " … " + string(runes[n-widthOfRow/3:])
}

func printable(c rune) rune {
	if unicode.IsPrint(c) {
		return c
	}
	return utf8.RuneError
}
