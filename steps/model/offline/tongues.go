package offline

import (
	"strings"
	"unicode"
)

// A tongue is a language that is written in an eastern script.
type tongue struct {
	markers   []marker // longer ones before those that they begin with
	openings  [purposes][]string
	breaks    func(rune) bool // whether a character ends a run of content
	blank     map[string]bool // runs that say nothing
	particles []string
	nothing   string // topic of a move that has none
}

type marker struct {
	text    string
	purpose purpose
}

var tongues = []*tongue{chinese, japanese, korean}

// chineseFunction are characters of function words.
const chineseFunction = "的了是在和与及或从到把被让就也都还我你他她它们这那个有没不会能可要需应该吗呢吧啊么什怎如果因为所以但而" +
	"且然后先再又很更最只每各其此由对于中上下里前时将用给等着过去来想看说知道得哪些若则即使请您哦嗯呃已经达"

var chinese = &tongue{
	markers: []marker{
		{"等等", doubt}, {"等一下", doubt}, {"不对", doubt}, {"不，", doubt}, {"其实", doubt}, {"实际上", doubt},
		{"或者", otherWay}, {"另外", otherWay}, {"另一种", otherWay}, {"换个", otherWay}, {"或许", wonder},
		{"但是", object}, {"然而", object}, {"不过", object}, {"但", object},
		{"所以", infer}, {"因此", infer}, {"于是", infer}, {"那么", infer}, {"这样", infer},
		{"首先", begin}, {"先", begin}, {"第一", begin}, {"接下来", goOn}, {"然后", goOn}, {"其次", goOn},
		{"第二", goOn}, {"再", goOn}, {"最后", goOn}, {"假设", supposeSo}, {"如果", supposeSo}, {"假如", supposeSo},
		{"例如", illustrate}, {"比如", illustrate}, {"可能", wonder}, {"也许", wonder}, {"嗯", wonder},
		{"总之", conclude}, {"综上", conclude}, {"总结", conclude},
	},
	openings: [purposes][]string{
		plain: {"分析…", "梳理…", "考察…", "说明…"}, doubt: {"重新检查…", "再想…", "质疑…"},
		otherWay: {"改试…", "换看…", "另试…"}, object: {"权衡…", "反思…", "质疑…"}, infer: {"推出…", "得出…", "推断…"},
		begin: {"先看…", "从…入手", "列出…"}, goOn: {"接着看…", "继续…", "转向…"}, supposeSo: {"假设…", "设想…"},
		illustrate: {"举例…", "试举…"}, wonder: {"琢磨…", "思考…", "考虑…"}, conclude: {"总结…", "归纳…"},
	},
	breaks: func(r rune) bool {
		return !unicode.Is(unicode.Han, r) && !asciiWord(r) || strings.ContainsRune(chineseFunction, r)
	},
	blank:   set(`问题 情况 时候 一下 一种 一样 东西 方法 认为 觉得 似乎 当前 现在 现 步骤 试试 正确 必须 详细分析 分析 详细 重新 开始`),
	nothing: "这一点",
}

var japanese = &tongue{
	markers: []marker{
		{"待って", doubt}, {"いや", doubt}, {"実際", doubt}, {"あるいは", otherWay}, {"または", otherWay}, {"別の", otherWay},
		{"しかし", object}, {"でも", object}, {"ただし", object}, {"したがって", infer}, {"だから", infer}, {"よって", infer},
		{"つまり", infer}, {"まず", begin}, {"最初に", begin}, {"次に", goOn}, {"そして", goOn}, {"最後に", goOn},
		{"もし", supposeSo}, {"仮に", supposeSo}, {"例えば", illustrate}, {"たとえば", illustrate}, {"たぶん", wonder},
		{"うーん", wonder}, {"まとめ", conclude}, {"結論", conclude},
	},
	openings: [purposes][]string{
		plain: {"…を調べる", "…を整理", "…を見る"}, doubt: {"…を再検討", "…を疑う", "…を見直す"},
		otherWay: {"…を試す", "…も考える"}, object: {"…を検討", "…に反論"}, infer: {"…を導く", "…を結論"},
		begin: {"…から始める", "…を確認"}, goOn: {"…に進む", "…へ移る"}, supposeSo: {"…を仮定", "…を想定"},
		illustrate: {"…で例示"}, wonder: {"…を考える", "…を思案"}, conclude: {"…をまとめる"},
	},
	breaks: func(r rune) bool {
		return !unicode.Is(unicode.Han, r) && !unicode.Is(unicode.Katakana, r) && r != 'ー' && !asciiWord(r)
	},
	blank:   set(`問題 場合 必要 可能 以下`),
	nothing: "要点",
}

var korean = &tongue{
	markers: []marker{
		{"잠깐", doubt}, {"아니", doubt}, {"사실", doubt}, {"또는", otherWay}, {"다른", otherWay}, {"하지만", object},
		{"그러나", object}, {"그런데", object}, {"따라서", infer}, {"그래서", infer}, {"그러면", infer}, {"그러므로", infer},
		{"먼저", begin}, {"우선", begin}, {"다음", goOn}, {"그리고", goOn}, {"마지막으로", goOn}, {"만약", supposeSo},
		{"예를 들어", illustrate}, {"아마", wonder}, {"음", wonder}, {"결론", conclude}, {"요약", conclude},
	},
	openings: [purposes][]string{
		plain: {"… 살펴보기", "… 분석"}, doubt: {"… 다시 확인", "… 재검토"}, otherWay: {"… 시도", "… 달리 보기"},
		object: {"… 따져보기", "… 검토"}, infer: {"… 도출", "… 추론"}, begin: {"…부터 시작", "… 파악"},
		goOn: {"… 이어 보기", "… 진행"}, supposeSo: {"… 가정", "… 상정"}, illustrate: {"… 예시"},
		wonder: {"… 고민", "… 생각"}, conclude: {"… 정리", "… 요약"},
	},
	breaks:    func(r rune) bool { return !unicode.Is(unicode.Hangul, r) && !asciiWord(r) },
	blank:     set(`있다 없다 하는 것은 우리 우리는 나는 이것 그것 문제 경우 합니다 있습니다`),
	particles: []string{"에서", "으로", "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도"},
	nothing:   "요점",
}

func asciiWord(r rune) bool {
	return r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z'
}
