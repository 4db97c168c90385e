import type { InteractionStore } from '../browser/interaction-store.js';
import type { HttpResponse } from '../http/request.js';
import { type PageContext, pageResponse } from '../pages/page-response.js';
import type { Ports } from '../ports.js';
import type { UserStore } from '../user/user-store.js';
import { type InteractionPage, toContinue, type Visit } from './interaction-page.js';

/** Continue as the End-User signed in here, or as another. @see OIDC Core §3.1.2.1 prompt=select_account */
export function selectAccountPage(
  ports: Pick<Ports<InteractionStore & UserStore>, 'store'> & PageContext,
): InteractionPage {
  return {
    step: 'select-account',
    path: '/u/select-account',
    show: (visit) => show(visit, ports),
    submit: async ({ interaction, browserSession }, form) => {
      const choice = form.get('choice');
      const { progress } = interaction;
      if (choice === 'continue' && browserSession !== null) {
        const selectedSid = browserSession.session.sid;
        await ports.store.recordInteractionProgress(interaction.id, { ...progress, selectedSid });
      } else if (choice === 'another') {
        await ports.store.recordInteractionProgress(interaction.id, {
          ...progress,
          wantsAnotherAccount: true,
        });
      }
      return toContinue(interaction.id);
    },
  };
}

async function show(
  { form, client, http, request, browserSession }: Visit,
  ports: Pick<Ports<UserStore>, 'store'> & PageContext,
): Promise<HttpResponse> {
  const user = browserSession && (await ports.store.findUser(browserSession.session.userId));
  const { name, picture } = user?.claims ?? {};
  const detail = user?.email ?? user?.username ?? '';
  return pageResponse(
    200,
    {
      page: 'select-account',
      form,
      client,
      account: {
        name: typeof name === 'string' ? name : detail,
        detail,
        picture: typeof picture === 'string' ? picture : null,
      },
    },
    http,
    ports,
    request.uiLocales,
  );
}
