/// Words whose order is common knowledge, not that of one trade.
enum LevelScales {
  /// For each scale the place of each of its words, lowest first.
  static let all: [[String: Double]] = text.split(separator: "\n\n").map { scale in
    var places: [String: Double] = [:]
    for (place, words) in scale.split(separator: "<").enumerated() {
      for word in words.split(separator: "|") {
        places[word.split(whereSeparator: \.isWhitespace).joined(separator: " ")] = Double(place)
      }
    }
    return places
  }

  /// One scale a paragraph, its places from the lowest up; words with a bar between them share one.
  private static let text = """
    none | no | zero | nil | absent < very low | lowest | extremely low | minimal < low |
    lower | little < medium low | moderately low < medium | moderate | mid | middle | average
    | normal | intermediate < medium high | moderately high < high | higher | much | elevated
    < very high | highest | extremely high | maximal < extreme

    xxs < xs | tiny | extra small | very small < s | small | sm | little < m | medium | med |
    mid | normal | regular < l | large | big | lg < xl | extra large | very large | very big <
    xxl | huge | giant < xxxl

    short < medium | average | mid < long | tall < very long | very tall

    thin | narrow | slim < medium | average | normal < thick | wide | broad

    light < medium | middle < heavy < very heavy

    slow < medium | moderate | normal < fast < very fast

    near | close < medium | middle < far | distant

    shallow < medium | moderate < deep

    terrible | awful | unacceptable | worst < very poor | very bad < poor | bad | weak < below
    average < fair | average | acceptable | ok | okay | adequate | satisfactory | typical |
    sufficient | mediocre < above average < good < very good < excellent | great | exceptional
    | superior < premium | outstanding | superb < ideal | perfect | best

    freezing | very cold | icy < cold < chilly < cool < mild | lukewarm | tepid < warm < hot <
    very hot | boiling

    dry < damp | moist | humid < wet

    none | no < minimal | trivial < mild | minor | slight | light < moderate | medium < severe
    | major | serious < very severe | critical | extreme < fatal

    never < almost never < rarely | seldom | hardly ever < sometimes | occasionally < often |
    frequently | regularly < usually | mostly < very often | almost always < always

    hourly < daily < weekly < fortnightly | biweekly < monthly < quarterly < yearly | annually
    | annual

    strongly disagree | completely disagree < disagree < somewhat disagree | slightly disagree
    < neutral | neither < somewhat agree | slightly agree < agree < strongly agree |
    completely agree

    very dissatisfied | very unsatisfied < dissatisfied | unsatisfied < neutral < satisfied <
    very satisfied

    very unlikely < unlikely < neutral | possible < likely < very likely

    very negative < negative < neutral < positive < very positive

    zeroth < first < second < third < fourth < fifth < sixth < seventh < eighth < ninth <
    tenth < eleventh < twelfth < last

    zero | none < one < two < three < four < five < six < seven < eight < nine < ten < eleven
    < twelve < many

    single < double < triple < quadruple

    primary < secondary < tertiary < quaternary

    early < middle | mid < late

    past < present < future

    morning < noon | midday < afternoon < evening < night

    january | jan < february | feb < march | mar < april | apr < may < june | jun < july | jul
    < august | aug < september | sep | sept < october | oct < november | nov < december | dec

    monday | mon < tuesday | tue | tues < wednesday | wed < thursday | thu | thurs < friday |
    fri < saturday | sat < sunday | sun

    newborn < baby | infant < toddler < child < teenager | teen | adolescent | youth < young
    adult | young < adult < middle aged | middle age < senior | old | elderly < very old

    beginner | novice < elementary < intermediate < advanced < expert | master | proficient

    intern | trainee < junior < mid | middle | regular < senior < lead | principal < director

    none | no education | uneducated < preschool < primary | primary school | elementary |
    elementary school | basic < secondary | middle school | lower secondary < high school |
    upper secondary < some college | college | vocational < associate | associate's < bachelor
    | bachelors | bachelor's | undergraduate | university | graduate < master | masters |
    master's | postgraduate < doctorate | doctoral | phd

    bronze < silver < gold < platinum < diamond

    basic | economy | entry < standard | regular < plus < premium | deluxe | business < luxury
    | first
    """
}
