package offline

import (
	"maps"
	"slices"
	"strings"
)

// plainVerbs are verbs in the form that gives a command. Words that are as often nouns are in nounVerbs instead.
var plainVerbs = set(`
	accept add adjust allow analyze analyse apply approach arrange ask assign assume avoid
	begin break bring build
	calculate carry choose cite clarify classify combine compare compute conclude confirm connect consider consult
	construct continue convert count create cross-check
	decide decode deduce define denote derive describe determine differentiate discard discuss distinguish distribute
	divide double-check draw
	eliminate emphasize empty enumerate establish evaluate examine exclude expand explain explore express extend extract
	factor figure fill find follow formulate
	gather generalize get give go group guess
	handle ignore imagine include infer insert integrate interpret introduce invert investigate isolate
	jot
	keep know label learn look
	make mention minimize maximize modify move multiply
	narrow negate note notice
	observe obtain offer open optimize outline
	parse perform pick ponder pose pour prepare present pretend proceed process prove provide pull put
	quantify
	re-evaluate re-examine re-express re-read reach read realize rearrange recalculate recall recast recheck recognize
	reconsider reduce reexamine reevaluate refer reframe refute reject remember remove repeat return rephrase replace reply
	represent reread resolve respond restate rethink revisit rewrite rule
	satisfy search see select send separate show simplify simulate sketch solve sort specify spell split start
	state structure subtract suggest summarize suppose switch
	take tackle tell test think trace track transform translate treat try turn
	understand use utilize
	verify visualize weigh write
`)

// nounVerbs give commands at the beginning of a sentence or after "let me", and are read as nouns elsewhere.
var nounVerbs = set(`
	address answer argue balance call cancel change check choose compose contrast cover design do estimate focus
	graph help list map mark match measure model name number order pack paint pair place plan plot point prompt
	question rank reason recap rest review ride roll rotate round scale scan set share shift sketch start study
	sum support swap talk transfer travel update value view walk watch work wrap
`)

// otherVerbs are no commands that a thinker gives, but end a noun phrase: their forms are never part of one.
var otherVerbs = set(`
	accuse align appear arrive assert attempt bear become believe belong benefit burn catch cause claim close come
	contain contradict convict correspond cost cross depend die differ divert drive drop enter equal exist exit
	expect fail fall feel fit float force forget freeze gain grow happen harm hate hear hide hit hold ignore imply
	indicate intend involve kill knock lead leave lie live lose love matter mean misinterpret misread mistype
	misunderstand need occur open owe own pass pay prefer prevent produce protect push reach reflect relate rely
	remain require result return reveal ring rise run save say seem serve shave sink sit sleep sound stand stay
	stop suffice survive teach throw touch turn vary want wear win wish work yield
`)

// irregular gives the forms that rules do not make.
var irregular = map[string]string{
	"began": "begin", "begun": "begin", "broke": "break", "broken": "break", "brought": "bring", "built": "build",
	"chose": "choose", "chosen": "choose", "came": "come", "drew": "draw", "drawn": "draw", "fell": "fall",
	"felt": "feel", "found": "find", "gave": "give", "given": "give", "goes": "go", "went": "go", "gone": "go",
	"got": "get", "getting": "get", "held": "hold", "heard": "hear", "kept": "keep", "knew": "know", "known": "know",
	"led": "lead", "left": "leave", "lost": "lose", "made": "make", "meant": "mean", "paid": "pay", "put": "put",
	"putting": "put", "said": "say", "saw": "see", "seen": "see", "sent": "send", "set": "set", "setting": "set",
	"shown": "show", "stood": "stand", "took": "take", "taken": "take", "thought": "think", "told": "tell",
	"understood": "understand", "won": "win", "wrote": "write", "written": "write", "rewritten": "rewrite",
	"lying": "lie", "misunderstood": "misunderstand", "ran": "run", "running": "run", "spent": "spend", "ate": "eat", "eaten": "eat",
}

// doubling verbs repeat their last letter: "planning", "swapped".
var doubling = set(`plan swap split step wrap map plot cancel omit refer get put set run sum spot scan jot`)

// verbForms maps every form of every verb to the form that gives a command.
var verbForms = func() map[string]string {
	forms := map[string]string{}
	for _, verbs := range []map[string]bool{otherVerbs, plainVerbs, nounVerbs} {
		for _, v := range slices.Sorted(maps.Keys(verbs)) {
			for _, f := range inflect(v) {
				forms[f] = v
			}
		}
	}
	for f, v := range irregular {
		forms[f] = v
	}
	for _, verbs := range []map[string]bool{otherVerbs, plainVerbs, nounVerbs} {
		for v := range verbs {
			forms[v] = v
		}
	}
	return forms
}()

// inflect returns the regular forms of a verb: calculates, calculated, calculating.
func inflect(v string) []string {
	stem, s := v, v+"s"
	switch {
	case strings.HasSuffix(v, "e"):
		stem = v[:len(v)-1]
		return []string{s, v + "d", stem + "ing"}
	case strings.HasSuffix(v, "y") && !strings.ContainsAny(v[len(v)-2:len(v)-1], "aeou"):
		return []string{v[:len(v)-1] + "ies", v[:len(v)-1] + "ied", v + "ing"}
	case strings.HasSuffix(v, "s"), strings.HasSuffix(v, "h"), strings.HasSuffix(v, "x"):
		s = v + "es"
	}
	if doubling[v] {
		stem = v + v[len(v)-1:]
	}
	return []string{s, stem + "ed", stem + "ing"}
}

// commands reports whether a word in this form, at the beginning of a sentence, gives a command.
func commands(lower string) bool { return plainVerbs[lower] || nounVerbs[lower] }

// set makes a table of words from a text.
func set(words string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		out[w] = true
	}
	return out
}
