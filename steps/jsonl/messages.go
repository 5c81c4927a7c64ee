package jsonl

import "fmt"

// A Message is one element of a row's "messages".
type Message struct {
	Role    string // "" if absent or not a string
	Content string // decoded, "" if the content is not a string
	IsText  bool   // the content is a string
}

// A MessagesError says why the "messages" of a row cannot be read.
type MessagesError struct {
	Index   int    // the message that is wrong, from 0; -1 if it is the list itself
	Problem string // "is missing", "is not an object"
}

func (e *MessagesError) Error() string {
	if e.Index < 0 {
		return `"messages" ` + e.Problem
	}
	return fmt.Sprintf("messages[%d] %s", e.Index, e.Problem)
}

// Messages decodes the "messages" of a row, a list of objects. The error is a *MessagesError.
func Messages(row []byte) ([]Message, error) {
	value, ok := Field(row, "messages")
	if !ok {
		return nil, &MessagesError{-1, "is missing"}
	}
	places, ok := elements(value)
	if !ok {
		return nil, &MessagesError{-1, "is not a list"}
	}
	messages := make([]Message, len(places))
	for i, at := range places {
		if value[at.start] != '{' {
			return nil, &MessagesError{i, "is not an object"}
		}
		messages[i] = message(value[at.start:at.end])
	}
	return messages, nil
}

// elements returns where the elements of a list stand. Ok is false if value is not a list.
func elements(value []byte) (places []span, ok bool) {
	s := scanner{data: value, known: true}
	ok = s.list(func(_ []byte, start, end int) { places = append(places, span{start, end}) })
	return places, ok
}

// message decodes one message, in one walk.
func message(object []byte) Message {
	var role, content []byte
	s := scanner{data: object, known: true}
	s.object(func(key []byte, start, end int) {
		switch {
		case isKey(key, "role"):
			role = object[start:end]
		case isKey(key, "content"):
			content = object[start:end]
		}
	})
	var m Message
	m.Role, _ = Text(role)
	m.Content, m.IsText = Text(content)
	return m
}
