import type { Translation } from './translation.js';

/**
 * Every text of every page, in Japanese: サインイン, サインアウト, アカウント, アプリ, デバイス. Sentences end in です・ます,
 * buttons do not. Names stand in 「」. Numbers keep the space that Intl writes, and do not part from what they count.
 */
export const japanese = {
  tag: 'ja',
  direction: 'ltr',
  texts: {
    'document.title': '{title} · {tenant}',
    'document.title-with-error': 'エラー: {title} · {tenant}',

    'login.title': 'サインインして「{client}」に進む',
    'login.username': 'メールアドレスまたはユーザー名',
    'login.password': 'パスワード',
    'login.submit': 'サインイン',
    'login.submit.busy': 'サインインしています…',
    'login.sign-up.question': 'はじめての方は',
    'login.sign-up.link': 'アカウントを作成',

    // 間 does not follow a length of time here: it would double in 時間.
    'login.notice.idle': '前回のご利用から {away}経ちました。ご本人であることを確認します。',
    'login.notice.absolute': '前回のサインインから {ago}経ちました。ご本人であることを確認します。',
    'login.notice.confirm': '「{client}」が、ご本人であることの確認を求めています。',
    'login.notice.another-account':
      '「{client}」は、現在サインインしているアカウントとは別のアカウントを求めています。',

    'login.error.mismatch': 'メールアドレスとパスワードが一致しません。もう一度お試しください。',
    'login.error.mismatch-or-sign-up':
      'メールアドレスとパスワードが一致しません。もう一度試すか、アカウントを作成してください。',
    'login.error.username-missing': 'メールアドレスまたはユーザー名を入力してください。',
    'login.error.password-missing': 'パスワードを入力してください。',
    'login.error.too-many-attempts': '試行回数が多すぎます。{wait}待ってから、もう一度お試しください。',
    'login.error.busy': '現在、多くの方がサインインしています。数秒待ってから、もう一度お試しください。',

    'sign-up.title': 'アカウントを作成して「{client}」に進む',
    'sign-up.email': 'メールアドレス',
    'sign-up.password': 'パスワード',
    'sign-up.password.hint': '8\u00a0文字以上。いくつかの単語を並べるのがおすすめです。',
    'sign-up.submit': 'アカウントを作成',
    'sign-up.submit.busy': 'アカウントを作成しています…',
    'sign-up.login.question': 'アカウントをお持ちの方は',
    'sign-up.login.link': 'サインイン',

    'sign-up.error.email-invalid':
      'メールアドレスの形式ではありません。name@example.com のように入力してください。',
    'sign-up.error.email-look-alike':
      'このアドレスには、別の文字に見える文字が含まれています。一種類の文字で入力してください。',
    'sign-up.error.account-exists':
      'このメールアドレスのアカウントはすでにあります。サインインしてください。',
    'sign-up.error.password-too-short': {
      by: 'minimum',
      other: 'パスワードが短すぎます。{minimum}\u00a0文字以上にしてください。',
    },
    // A kana or kanji takes three bytes, so only letters are as many as bytes.
    'sign-up.error.password-too-long':
      'パスワードが長すぎます。1024\u00a0バイト以内（英数字なら 1024\u00a0文字以内）にしてください。',
    'sign-up.error.password-too-common':
      'ほかの人が最初に試しそうなパスワードです。もっと珍しいものにしてください。',
    'sign-up.error.too-many-attempts': '試行回数が多すぎます。{wait}待ってから、もう一度お試しください。',
    'sign-up.error.busy': '現在、多くの方がサインインしています。数秒待ってから、もう一度お試しください。',

    'client.policy': '「{client}」のプライバシーポリシー',
    'client.terms': '「{client}」の利用規約',

    'password.show': 'パスワードを表示',

    'consent.title': '「{client}」に次のことを許可しますか？',
    'consent.account': '{account} としてサインインしています。',
    'consent.host': '回答は {host} に送られます。',
    'consent.allow': '許可する',
    'consent.deny': '許可しない',

    'scope.openid': 'ご本人を識別する',
    'scope.profile': '名前、写真、その他のプロフィール情報を見る',
    'scope.email': 'メールアドレスを見る',
    'scope.address': '住所を見る',
    'scope.phone': '電話番号を見る',
    'scope.offline_access': 'ご利用でない間もサインイン状態を保つ',

    'select-account.title': '「{client}」で使うアカウントを選んでください',
    'select-account.continue': '{name} として続ける',
    'select-account.another': '別のアカウントを使う',

    'confirm-logout.title': '「{tenant}」からサインアウトしますか？',
    'confirm-logout.account': '{account} は、このサイトとすべてのアプリからサインアウトします。',
    'confirm-logout.elsewhere': 'サインインしたブラウザーと、すべてのアプリからサインアウトします。',
    'confirm-logout.anybody': 'ここでサインインしている人を、すべてのアプリからもサインアウトします。',
    'confirm-logout.submit': 'サインアウト',
    'confirm-logout.submit.busy': 'サインアウトしています…',
    'confirm-logout.cancel': 'サインインしたままにする',

    'signed-in.title': 'サインインしています',
    'signed-in.back': '{client} に戻る',

    'signed-out.title': {
      by: 'applications',
      none: 'サインアウトしました。',
      other: 'このサイトと {applications}\u00a0個のアプリからサインアウトしました。',
    },
    'signed-out.close': 'このページは閉じてかまいません。',
    'signed-out.continue': '続ける',

    'error.unknown-client.title': 'このリンクは、登録されているアプリのものではありません',
    'error.unknown-client.what': '情報は何も共有されていません。',
    'error.unknown-callback.title': 'このリンクは、登録されているアプリのものではありません',
    'error.unknown-callback.what': '情報は何も共有されていません。',
    'error.unknown-return.title': 'このリンクは、登録されているアプリのものではありません',
    'error.unknown-return.what': 'サインアウトは行われていません。',
    'error.interaction-expired.title': 'このページは無効になりました',
    'error.interaction-expired.what': '開いたままの時間が長すぎました。',
    'error.interaction-expired.next': 'アプリに戻って、最初からやり直してください。',
    'error.interaction-finished.title': 'このページはすでに使われました',
    'error.interaction-finished.what': 'このページで行うことは完了しています。',
    'error.interaction-finished.next': 'アプリに戻って続けてください。',
    'error.interaction-elsewhere.title': 'このページは別のブラウザーのものです',
    'error.interaction-elsewhere.what': '始めたブラウザーで最後まで進める必要があります。',
    'error.interaction-elsewhere.next': 'このブラウザーでアプリを開き、最初からやり直してください。',
    'error.form-outdated.title': '現在は別の人がサインインしています',
    'error.form-outdated.what':
      'このフォームは、以前サインインしていた人のものです。何も変更されていません。',
    'error.form-outdated.next': 'アプリに戻って、最初からやり直してください。',
    'error.cross-site.title': 'このフォームは、当サイトのページから送信されたものではありません',
    'error.cross-site.what':
      '別のサイトがお客様の名前で操作しようとした可能性があります。何も変更されていません。',
    'error.cross-site.next': 'アプリに戻って、最初からやり直してください。',
    'error.cookies-off.title': 'サインインには Cookie が必要です',
    'error.cookies-off.what':
      'ブラウザーに Cookie が保存されなかったため、お客様のページであることを確認できません。',
    'error.cookies-off.next': 'このサイトの Cookie を許可してから、もう一度お試しください。',
    'error.bad-request.title': 'このリクエストを読み取れませんでした',
    'error.bad-request.what': '一部が欠けているか、想定と異なっています。情報は何も共有されていません。',
    'error.bad-request.next': 'アプリに戻って、もう一度お試しください。',
    'error.busy.title': '現在、応答できません',
    'error.busy.what': '何も変更されていません。サインインの状態もそのままです。',
    'error.busy.next': '1\u00a0分待ってから、もう一度お試しください。',
    'error.fault.title': 'こちら側で問題が発生しました',
    'error.fault.what': 'お客様の操作が原因ではありません。問題は記録されています。',
    'error.fault.next': 'もう一度お試しください。また起きる場合は、下の照会番号をサポートにお伝えください。',
    'error.too-many-requests.title': '試行回数が多すぎます',
    'error.too-many-requests.what':
      'ご利用のネットワークから、一度に応答できる数を超えるリクエストがありました。',
    'error.too-many-requests.next': '{wait}待ってから、もう一度お試しください。',
    'error.framed.title': 'このページは、別のページの中では開けません',
    'error.framed.what': 'クリックする場所の下に、このページが隠されるおそれがあります。',
    'error.framed.next': 'このページだけを別のウィンドウで開いてください。',

    'error.developer': 'このアプリを開発している方へ: {detail}',
    'error.reference': '照会番号 {reference}',
    'error.retry': 'もう一度試す',
  },
} as const satisfies Translation;
