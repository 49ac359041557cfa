/**
 * A word or phrase that says something about a prompt only together with others. `words` begin at the edge of a word,
 * `script` (writing without such edges) and `raw` anywhere; all in any letter case, without accents (the folded view
 * reads them so), a blank for any short run of white space. `exact` is as `raw`, in its own letter case.
 */
export interface Signal {
	readonly words?: string;
	readonly script?: string;
	readonly raw?: string;
	readonly exact?: string;
}

/** Signals of language: what is asked of a model, in the words of 17 languages. */
export const LANGUAGE_SIGNALS = {
	override: {
		words:
			"ignor(?:e|ing|ier|ez|ar|a |ieren)|disregard|forget(?:ting)? (?:about )?(?:all|any|every|the|your|what|previous|prior|it|that|my|those|these|instructions|rules)|overrid|bypass|circumvent|neglect|discard|abandon all|supersede|pay no (?:attention|heed)|(?:do not|don't|stop|without|never) (?:follow|obey|comply|adher|respect|listen)|remove all|nullif|void all|missachte|vergiss |vergessen sie|ueberschreib|uberschreib|umgehe|oublie[zr]? |ne ten(?:ez|s) pas compte|faites abstraction|olvida(?:te|d|r)? |haz caso omiso|hagas caso|desestim|omit[ae] |dimentica|trascura|esque[cz]a|desconsider|negeer|vergeet |zignoruj|ignoruj|zapomnij|pomin |gormezden gel|dikkate alma|yok say|unut(?:un)?\\b|bhool ja|bhul ja|bỏ qua|bo qua|abaikan|lupakan",
		script:
			"игнориру|проигнор|забудь|не обращай внимания|отбрось|отмени|忽略|无视|忘记|忽視|無視|忘掉|忘れて|不要理会|不理会|무시|잊어|تجاهل|انس |अनदेखा|नज़रअंदाज|नजरअंदाज|भूल जा|উপেক্ষা",
	},
	prior: {
		words:
			"previous|prior|above|earlier|preceding|foregoing|initial |original |existing|all (?:of )?(?:the |your |my |other |these |those )?|every(?:thing)?|your |system|pre-existing|current |you (?:were|have been|are) given|given to you|vorherig|bisherig|vorig|obig|vorangeg|vorausgeg|alle |precedent|anterieur|ci-dessus|toutes |anterior|previa|previo|todas |todos |acima|vorige|eerder|bovenstaand|poprzedni|wczesniejsz|powyzsz|wszystkie|onceki|yukaridaki|tum |pehle|pichl|sebelumnya|truoc",
		script:
			"предыдущ|прежн|вышеуказ|выше|все |之前|以上|先前|前面|上述|所有|以前|これまで|上記|前の|すべて|全て|이전|위의|앞의|모든|السابقة|أعلاه|السابق|كل |पिछल|ऊपर|सभी|पहले",
	},
	rules: {
		words:
			"instruction|(?:guide ?lines?|rules?|prompts?|directives?|commands?|orders|constraints?|restrictions?|boundaries|safeguards?|guardrails?|directions?)\\b|programming\\b|content polic|safety (?:polic|filter|measure|protocol)|anweisung|instruktion|regeln|vorgaben|richtlinien|befehl|consigne|regles|directive|ordres|instruccion|reglas|ordenes|indicacion|directri[cz]|istruzion|regole|direttiv|instruc|regras|ordens|diretri[zc]|instructie|richtlijn|opdracht|instrukcj|polece[nc]|zasad|regul[y ]|talimat|kural|komut|nirdesh|hinweise|hướng dẫn|huong dan|instruksi|perintah",
		script:
			"инструкци|указани|правил|команд|директив|指令|指示|规则|規則|提示词|命令|ルール|지시|명령|규칙|지침|프롬프트|التعليمات|تعليمات|الأوامر|القواعد|निर्देश|नियम|आदेश|নির্দেশ",
	},
	told: {
		words:
			"everything (?:above|before|prior|previous|you (?:were|have been) told|i (?:said|told)|that (?:was|came))|(?:what|all|anything) (?:you (?:were|have been|are) (?:told|taught|instructed)|i (?:have )?(?:said|told) (?:you )?before|(?:of )?the above|that came before)|the (?:above|foregoing)\\b|all previous\\b|previous (?:tasks?|assignments?|texts?|conversations?|input|context|messages?)|all (?:the )?(?:tasks|assignments)|alle (?:vorherigen|bisherigen) (?:aufgaben|informationen)|alles (?:was|andere|bisherige)|tout ce qu|todo lo (?:anterior|que)|tutto (?:quello|cio)|tudo (?:o que|acima)|alles (?:wat|hierboven)|wszystko (?:co|powyzej)|her seyi",
		script: "всё, что|все, что|все предыдущ|以上所有|之前的一切|之前所有|これまでの|모든 것|كل ما|सब कुछ",
	},
	instead: {
		words:
			"instead|(?:and )?(?:just|only|now|simply) (?:say|print|write|output|respond|reply|answer|tell|give|do)|your new (?:task|job|role|goal|instruction|directive)|new (?:task|instructions?|prompt)\\b|stattdessen|sag(?:e|en sie)? (?:mir|nur)|a la place|dites|en su lugar|di(?:me)? solo|invece|em vez disso|zamiast|w zamian|bunun yerine",
		script: "вместо этого|напиши|просто скажи|而是|改为|请说|代わりに|대신|بدلا من|इसके बजाय",
	},
	new_instructions: {
		words:
			"new (?:important |urgent |system |updated )?(?:instructions?|task|directive|prompt|rules)[ ]?[:*!]|(?:updated|revised) (?:system )?instructions|your new (?:task|instructions?|objective|directive|goal) (?:is|are)|here (?:are|is) (?:your|the) new (?:instructions?|task)|new instructions (?:come|follow|begin|start)|(?:real|actual|true) (?:task|instructions?|purpose) (?:is|are)\\b|neue (?:anweisung|aufgabe|instruktion)(?:en)?[ ]?[:!]|neue aufgabe|nouvelles? (?:instructions?|consignes?|tache)[ ]?[:!]|nuevas? (?:instruccion(?:es)?|tarea)[ ]?[:!]|nuov[aei] (?:istruzion[ei]|compito)[ ]?[:!]|nov[ao]s? (?:instruc(?:ao|oes)|tarefa)[ ]?[:!]|nieuwe (?:instructies?|opdracht)[ ]?[:!]|nowe (?:instrukcje|zadanie)[ ]?[:!]|yeni (?:talimatlar?|gorev)[ ]?[:!]",
		script: "новые инструкции|новая задача|新指令|新的指令|新的任务|新しい指示|새로운 지시|تعليمات جديدة|नए निर्देश",
	},
	reveal: {
		words:
			"repeat|print|reveal|show|output|display|tell me|what(?: is|'s| are| was| were)\\b|give me|copy|translate|summari[sz]e|encode|leak|disclose|expose|dump|recite|return|spell ?check|complete|list|divulge|provide|append|write (?:out|down)|extract|zeig|wiederhol|gib (?:mir|alle)|nenne|verrate|offenbar|sag mir|was (?:ist|sind|steht|war)|affiche|revel|montre|repete|donne|quel(?:le)?s? (?:est|sont)|muestra|dime|repite|cual(?:es)? (?:es|son)|ensename|mostra|dimmi|ripeti|qual[ei] (?:e|sono)|mostre|diga|repita|qual e|quais sao|toon|geef|herhaal|wat (?:is|zijn|staat)|pokaz|powtorz|ujawnij|podaj|jak(?:a|ie|i) jest|goster|yazdir|tekrarla|soyle|nedir|dikhao|batao|batana",
		script:
			"покажи|повтори|выведи|раскрой|напиши|какой у тебя|какая у тебя|какие у тебя|显示|顯示|重复|重複|输出|輸出|告诉我|告訴我|泄露|打印|公开|表示|教えて|繰り返|出力|見せて|보여|알려|출력|반복|공개|أظهر|اكشف|كرر|اعرض|أخبرني|ما هي|दिखा|बता|दोहरा|प्रकट",
	},
	hidden_prompt: {
		words:
			"system[ _-]?prompt|system message|system instructions|developer (?:message|prompt)|(?:initial|original|hidden|secret|internal|confidential)[ -]?(?:(?:initial|system|hidden|internal|secret) )?(?:prompt|instructions?|guidelines|directives?|programming)|your (?:full|entire|complete|exact|own|current|pre-?) ?(?:prompt|instructions|rules|programming|configuration)|(?:all )?prompt texts?|instructions? (?:you (?:were|have been|received|got)|given to you|verbatim)|system ?anweisung|system ?prompt|system ?nachricht|prompt systeme?|message systeme|instructions (?:initiales|systeme)|prompt del sistema|instrucciones (?:iniciales|del sistema|originales)|prompt di sistema|istruzioni (?:iniziali|di sistema|originali)|prompt (?:do|de) sistema|instrucoes (?:iniciais|do sistema)|systeemprompt|systeeminstructie|prompt systemow|instrukcj\\w{1,3} systemow|(?:poczatkow|pierwotn)\\w{1,3} (?:instrukcj|prompt)|sistem (?:istemi|talimat|komut|prompt|mesaj)|erste anweisung|urspruengliche|ursprungliche (?:anweisung|instruktion)",
		script:
			"системн.. промпт|системный промпт|системного промпта|системные инструкции|системную инструкцию|начальные инструкции|исходные инструкции|系统提示|系統提示|系统指令|初始指令|最初的指令|隐藏指令|システムプロンプト|システム指示|初期指示|시스템 프롬프트|시스템 지시|초기 지시|موجه النظام|تعليمات النظام|التعليمات الأصلية|सिस्टम प्रॉम्प्ट|प्रारंभिक निर्देश",
	},
	text_above: {
		words:
			"your (?:\\w{1,12} )?prompt\\b|(?:prompt|text|words|message|lines|sentences?|conversation|document|instructions?) (?:above|before|prior)|(?:everything|all(?: of)? the (?:text|words|lines)) (?:above|before|prior)|(?:exact|full|entire|complete|starting|base) (?:prompt|instructions?|text)\\b|your (?:rules|guidelines|instructions|directives|configuration)\\b|context window|(?:the )?text (?:of|in) your (?:prompt|context)",
	},
	verbatim: {
		words:
			"verbatim|word[- ]for[- ]word|exactly as (?:it|they|written)|(?:in a|inside a) code ?block|txt code|(?:starting|start|beginning|begins?) (?:with|from) [\"'`]?you are|in full\\b|first sentence|wortlich|mot pour mot|palabra por palabra|parola per parola|palavra por palavra|woord voor woord|slowo w slowo|kelimesi kelimesine",
		script: "дословно|слово в слово|逐字|一字不|そのまま|그대로|حرفيا|शब्दशः",
	},
	now_are: {
		words:
			"you are now|you're now|you will (?:now|henceforth)|from now on|henceforth|starting now|you are going to|you are (?:no longer|about to)|you (?:have been|are being) (?:freed|released|upgraded|unlocked|reprogrammed)|du bist (?:jetzt|nun|ab)|sie sind (?:jetzt|nun)|ab (?:jetzt|sofort)|von (?:jetzt|nun) an|tu es maintenant|vous etes (?:maintenant|desormais)|a partir de (?:maintenant|ahora|agora)|desormais|eres ahora|ahora eres|sei ora|ora sei|d'ora in poi|voce (?:agora )?e agora|agora voce e|je bent (?:nu|vanaf)|vanaf nu|jestes teraz|teraz jestes|od teraz|artik sen|sen artik|bundan (?:boyle|sonra)|simdi sen|ab se tum|tum ab",
		script:
			"теперь ты|ты теперь|отныне|с этого момента|你现在是|从现在开始|從現在開始|从现在起|今から|あなたは今|これから|지금부터|이제부터|너는 이제|أنت الآن|من الآن|अब से|अब तुम|अब आप",
	},
	roleplay: {
		words:
			"act (?:as|like)|pretend|role[- ]?play|simulat(?:e|ing)|impersonat|play the (?:role|part)|imagine (?:you|that you)|take on the (?:role|persona)|respond as|speak as|behave (?:as|like)|in the (?:character|persona) of|stay in character|in character|you are to act|as if you were|characters? named|spiele|tu so als|verhalte dich|agis comme|joue le role|fais semblant|actua como|finge|comportate como|hazte pasar|agisci come|fingi|comportati|aja como|finja|atue como|doe alsof|gedraag je|zachowuj sie|udawaj|wciel sie|gibi davran|rol yap|ki tarah",
		script:
			"веди себя как|притворись|сыграй роль|представь, что ты|扮演|假装|充当|演じ|ふりをし|なりきって|역할|척하|행세|تصرف ك|تظاهر|तरह व्यवहार|होने का नाटक",
	},
	unrestricted: {
		words:
			"(?:no|without(?: any)?|free (?:of|from)(?: all)?|not? (?:bound|limited|restricted|constrained|subject) (?:by|to)|beyond|ignores? all|lack(?:s|ing)?|doesn'?t have any|does not have any|have no|has no|zero|remove[sd]? all|disable[sd]?(?: all)?|freed from|broken free (?:of|from)|break free (?:of|from)|un(?:bound|chained|fettered) by) (?:any |all |the |your |its |openai'?s? |kind of |typical |usual |normal |such )?(?:restriction|limit|filter|censor|rule|guideline|boundar|constraint|ethic|moral|safety|guardrail|confines|content polic|typical)|unrestricted|uncensored|unfiltered|unethical|amoral\\b|immoral|no[ -]limits (?:ai|mode|bot)\\b|jailbroken|(?:can|could|will|able to|must|a) do anything\\b|anything now|no longer (?:bound|restricted|have to|need to)|never (?:refus|declin|denie|den(?:y|ies) |say no|tell me (?:it|that))|cannot (?:refuse|decline|say no)|can't (?:refuse|say no)|(?:must|will|shall|may) (?:not|never) (?:refuse|decline|reject)|(?:do not|don't|does not|doesn't) (?:care about|have) (?:any )?(?:ethic|moral|rule|law|guideline|consequence)|no matter how (?:immoral|unethical|illegal|offensive|dangerous|harmful)|regardless of (?:ethic|legal|moral|any|your|pre)|(?:ethic|moral|legal)\\w{0,6} (?:or|and|,) (?:ethic|moral|legal)\\w{0,6} (?:concern|consideration|guideline|constraint|limit)|ohne (?:jegliche )?(?:einschrankung|filter|regeln|beschrankung|grenzen|zensur)|keine (?:einschrankung|regeln|beschrankung|grenzen|filter)|uneingeschrankt|sans (?:aucune )?(?:restriction|limite|filtre|censure|regles)|sin (?:ninguna )?(?:restriccion|limite|filtro|censura|reglas)|senza (?:alcuna )?(?:restrizion|limit|filtr|censura|regole)|sem (?:nenhuma )?(?:restric|limit|filtro|censura|regras)|zonder (?:enige )?(?:beperking|filter|regels|censuur)|bez (?:zadnych )?(?:ograniczen|filtrow|zasad|cenzury)|(?:kisitlama|sinir|filtre|sansur|kural)(?:lama)?(?:siz|suz| yok| olmadan)|bina (?:kisi )?(?:rok|pabandi|filter)",
		script:
			"без ограничений|без цензуры|без фильтров|не имеешь ограничений|没有限制|不受限制|不受任何|没有任何限制|無限制|无限制|没有道德|無審査|制限なし|制限のない|制約なし|検閲なし|제한 없|제약 없|검열 없|بدون قيود|بلا قيود|दون أي قيود|बिना किसी प्रतिबंध|बिना प्रतिबंध|बिना किसी रोक",
	},
	policy: {
		words:
			"openai|content polic|(?:ethical|moral|safety|community) (?:guideline|principle|standard|polic|constraint|protocol|filter|rule)|usage polic|guidelines|safety (?:training|features?|measures)|moderation|censorship|ethics|alignment|programming|illegal|harmful|dangerous",
	},
	harm_licence: {
		words:
			"(?:illegal|unethical|immoral|harmful|dangerous|offensive|explicit|toxic|violent|hateful|inappropriate|controversial|disturbing)\\w{0,4}(?:,| and| or|/)|(?:swear|curse|cuss)\\b|(?:can|will|must|able to|allowed to|willing to) (?:say|do|generate|create|produce|write|provide|discuss|answer) (?:anything|any ?thing|everything|any kind|any type|whatever|all kinds)|made[- ]up|make things up|unverified",
	},
	no_refusal: {
		words:
			"(?:never|do not|don't|not|without|no|avoid|must not|cannot|can't|shall not)(?: ever)? (?:apologi[sz]|refus|declin|warn|disclaim|say (?:you )?(?:sorry|no|can(?:'t|not))|say (?:that )?(?:you|it)|moraliz|lecture|mention (?:that )?(?:you(?:'re| are)|ethic|polic|being an ai|any warning)|includ(?:e|ing) (?:any )?(?:warning|disclaimer|caveat)|add(?:ing)? (?:any )?(?:warning|disclaimer|caveat)|(?:any )?(?:warnings|disclaimers|caveats|moral)|hesitat|remind me)|allow(?:refusals?|disclaimers?|apolog\\w{1,3}) ?= ?false|(?:keine|ohne) (?:warnung|entschuldigung|hinweise)|sans (?:avertissement|excuse)|sin (?:advertencias|disculpas)|senza avvertenze|sem avisos|bez ostrzezen",
		script: "без предупреждений|не отказывай|не извиняйся|不要拒绝|不要道歉|不得拒绝|不能拒绝|拒否しない|거부하지|لا ترفض|मना मत",
	},
	affirm_start: {
		words:
			"(?:start|begin|prefix|preface|open)(?:ing|s)? (?:with|your (?:\\w{1,7} )?(?:response|answer|reply|sentence)s? (?:with|by)|(?:each|every|all) (?:response|answer|reply)s? with) ?[:\\[(\"'`]{0,2}(?:sure|absolutely|of course|certainly|yes|ok|here|dan|i'?m happy|great|haha)|beginnen? (?:sie )?(?:ihre|deine) antwort mit|commence(?:z)? (?:ta|votre) reponse par|empieza tu respuesta con",
	},
	claim: {
		words:
			"(?:i am|i'm|this is|as|speaking as|we are) (?:your|the|an?|openai'?s?) (?:\\w{1,12} )?(?:developer|creator|admin(?:istrator)?|owner|programmer|engineer|maker|ceo)\\b|(?:developer|admin(?:istrator)?|root|sudo|maintenance|debug(?:ging)?|diagnostic|god|test|override|unrestricted|service) (?:mode|access|privileges?|override|command)\\b|system override|admin override|authorized (?:personnel|user|override|access)|(?:authorization|override|access|clearance) (?:code|level)|(?:enable|enter|activate|unlock|switch to) (?:\\w{1,14} )?(?:mode|features|functionalit|override)|hidden (?:functionalit|features)|ich bin (?:dein|ihr) (?:entwickler|administrator|schopfer)|je suis (?:ton|votre) (?:developpeur|createur|administrateur)|soy tu (?:desarrollador|creador|administrador)|sono il tuo (?:sviluppatore|creatore|amministratore)|sou (?:o )?seu (?:desenvolvedor|criador|administrador)|jestem (?:twoim )?(?:deweloperem|administratorem|tworca)|ben (?:senin )?(?:gelistirici|yonetici)",
		script:
			"я твой разработчик|я ваш разработчик|режим разработчика|режим отладки|我是你的开发|开发者模式|開發者模式|管理员模式|私はあなたの開発者|開発者モード|管理者モード|개발자 모드|관리자 모드|أنا مطورك|وضع المطور|डेवलपर मोड|मैं तुम्हारा डेवलपर",
	},
	media_place: {
		words:
			"(?:in|on|inside|within|from|of) (?:the |this |that |my |an? )?(?:attached |uploaded |following |above )?(?:image|picture|photo|screenshot|audio|recording|video)|(?:im|in dem|auf dem|in diesem|aus dem|in der|in dieser) (?:bild|foto|audio|video|aufnahme)|(?:dans|de|sur) (?:l'|la |cette )(?:image|photo|video|audio)|(?:en|de|da|na|no|della) (?:la |esta |el )?(?:imagen|imagem|foto|audio|video)|(?:nell'|dell'|nella |della )(?:immagine|foto|audio)|(?:in|op|van|uit) (?:de|het|deze|dit) (?:afbeelding|foto|video|opname)|(?:na|z|ze|w) (?:obraz|zdjeci|nagrani)|(?:gorsel|resim|fotograf)(?:de|te|da|ta|in)",
		script:
			"(?:на|в|с) (?:изображени|картинк|фото|аудио|видео)|(?:图片|图像|照片|音频|视频)(?:中|里|上)|(?:画像|写真|音声|動画)(?:の|に)|(?:이미지|사진|그림|음성|영상)(?:의|에|속)|(?:في|من) (?:هذه )?(?:الصورة|الصوت|الفيديو)|(?:चित्र|तस्वीर|छवि|ऑडियो|वीडियो) (?:में|के)",
	},
	press_on: {
		words:
			"(?:go|take (?:it|this|that)|push (?:it|this)) (?:a (?:bit|little|step) |one step |even |much )?further|(?:in |with |give )?(?:even |much |far )?(?:more|greater) (?:explicit|graphic|realistic|extreme|specific|technical|practical|precise|detail|concrete)|be (?:more )?(?:specific|explicit|precise)|(?:elaborate|expand|build) (?:on|upon)|you (?:just )?(?:said|wrote|mentioned|described|listed|explained|told me)|(?:your|the) (?:last|previous) (?:answer|response|reply|message|paragraph|point|step)|step[- ]by[- ]step|exact (?:amounts?|steps?|quantit|recipe|ingredients?|commands?|tools?)|(?:how|what) exactly|continue (?:from|where)|noch (?:genauer|ausfuhrlicher|konkreter|weiter)|(?:genauer|ausfuhrlicher|detaillierter|konkreter)\\b|schritt fur schritt|wie du (?:gesagt|geschrieben|beschrieben)|plus (?:de details|explicite|precis|loin|concret)|etape par etape|tu (?:as|viens de) (?:dit|dire|ecri)|mas (?:detalle|explicito|alla|concreto|realista)|paso a paso|(?:como )?(?:dijiste|has dicho|escribiste)|piu (?:dettagli|esplicito|preciso|concreto)|passo (?:dopo passo|a passo)|hai (?:detto|scritto)|mais (?:detalhes|explicito|concreto)|voce disse|meer detail|stap voor stap|wiecej szczegolow|krok po kroku|daha (?:ayrintili|detayli|acik)|adim adim",
		script:
			"подробнее|конкретнее|шаг за шагом|пошагово|ты (?:сказал|написал|упомянул)|更详细|更具体|一步一步|分步骤|进一步|你刚才|你之前说|もっと詳しく|より具体的|手順を|さっき言った|더 자세히|구체적으로|단계별로|아까 말한|بمزيد من التفصيل|أكثر تفصيل|خطوة بخطوة|كما قلت|विस्तार से|कदम दर कदम|तुमने कहा|आपने कहा",
	},
} as const satisfies Readonly<Record<string, Signal>>;
